/** DeleteRetentionPolicy: the group keeps its events for ever again. */
import type { DeleteRetentionPolicyRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException. */
export function deleteRetentionPolicy({
  store,
  writer,
}: LogsDependencies): Operation<DeleteRetentionPolicyRequest, void> {
  return async (request, context) => {
    await writer.flush();
    const unlimited = () => ({ retentionDays: undefined });
    if (!(await store.updateGroup(context, request.logGroupName ?? "", unlimited))) throw groupNotFound();
  };
}
