/** CreateLogStream. */
import type { CreateLogStreamRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, streamExists } from "../errors.ts";

/** Throws ResourceNotFoundException, ResourceAlreadyExistsException. */
export function createLogStream({ store, clock }: LogsDependencies): Operation<CreateLogStreamRequest, void> {
  return async (request, context) => {
    const group = request.logGroupName ?? "";
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const { accountId, region } = context;
    const ref = { accountId, region, group, stream: request.logStreamName ?? "" };
    if (!(await store.createStream(ref, clock.nowMs()))) throw streamExists();
  };
}
