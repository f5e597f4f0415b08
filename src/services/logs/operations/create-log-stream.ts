/** CreateLogStream. */
import type { CreateLogStreamRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, streamExists } from "../errors.ts";

/** Throws ResourceNotFoundException, ResourceAlreadyExistsException. */
export function createLogStream({
  store,
  writer,
  clock,
}: LogsDependencies): Operation<CreateLogStreamRequest, void> {
  return async (request, context) => {
    await writer.flush();
    const { accountId, region } = context;
    const { logGroupName: group = "", logStreamName: stream = "" } = request;
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    if (!(await store.createStream({ accountId, region, group, stream }, clock.nowMs())))
      throw streamExists();
  };
}
