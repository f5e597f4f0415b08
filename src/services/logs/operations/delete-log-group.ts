/** DeleteLogGroup: with all its streams and events. */
import type { DeleteLogGroupRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException. */
export function deleteLogGroup({ store, writer }: LogsDependencies): Operation<DeleteLogGroupRequest, void> {
  return async (request, context) => {
    await writer.flush();
    if (!(await store.deleteGroup(context, request.logGroupName ?? ""))) throw groupNotFound();
  };
}
