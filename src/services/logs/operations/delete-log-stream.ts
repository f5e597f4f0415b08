/** DeleteLogStream: with its events. */
import type { DeleteLogStreamRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, groupProtected, streamNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException, and ValidationException while the group is protected (documented). */
export function deleteLogStream({
  store,
  writer,
}: LogsDependencies): Operation<DeleteLogStreamRequest, void> {
  return async (request, context) => {
    await writer.flush();
    const { accountId, region } = context;
    const { logGroupName: group = "", logStreamName: stream = "" } = request;
    const record = await store.findGroup(context, group);
    if (record === undefined) throw groupNotFound();
    if (record.isDeletionProtected) throw groupProtected();
    if (!(await store.deleteStream({ accountId, region, group, stream }))) throw streamNotFound();
  };
}
