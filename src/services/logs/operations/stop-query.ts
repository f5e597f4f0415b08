/** StopQuery. */
import type { StopQueryRequest, StopQueryResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { invalidParameter, queryNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException, and InvalidParameterException for a query that has ended (text recall). */
export function stopQuery({ queries }: LogsDependencies): Operation<StopQueryRequest, StopQueryResponse> {
  return (request, context) => {
    const query = queries.find(context, request.queryId ?? "");
    if (query === undefined) throw queryNotFound();
    if (!queries.stop(query)) throw invalidParameter("Query is not currently running");
    return { success: true };
  };
}
