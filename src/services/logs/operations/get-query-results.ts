/** GetQueryResults: a query's state, and its rows when it is complete. */
import type { GetQueryResultsRequest, GetQueryResultsResponse } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { invalidToken, queryNotFound } from "../errors.ts";
import { statisticsOf } from "../insights/queries.ts";

/** While it runs there are statistics and no rows; AWS gives those it has. Throws ResourceNotFoundException. */
export function getQueryResults({
  queries,
}: LogsDependencies): Operation<GetQueryResultsRequest, GetQueryResultsResponse> {
  return (request, context) => {
    const query = queries.find(context, request.queryId ?? "");
    if (query === undefined) throw queryNotFound();
    const { nextToken = "0", maxItems } = request;
    if (!/^\d{1,9}$/.test(nextToken)) throw invalidToken();
    const start = Number(nextToken);
    const end = start + (maxItems || LOGS_LIMITS.insightsPageRowsMax);
    return {
      queryLanguage: "CWLI",
      results: query.rows.slice(start, end).map((row) => row.map(([field, value]) => ({ field, value }))),
      statistics: statisticsOf(query),
      status: query.status,
      ...(end < query.rows.length && { nextToken: String(end) }),
    };
  };
}
