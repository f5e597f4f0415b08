/** DeleteLogStream: with its events. */
import type { DeleteLogStreamRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, streamNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException. */
export function deleteLogStream({
  store,
  writer,
}: LogsDependencies): Operation<DeleteLogStreamRequest, void> {
  return async (request, context) => {
    await writer.flush();
    const group = request.logGroupName ?? "";
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const { accountId, region } = context;
    const ref = { accountId, region, group, stream: request.logStreamName ?? "" };
    if (!(await store.deleteStream(ref))) throw streamNotFound();
  };
}
