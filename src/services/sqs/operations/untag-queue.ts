/** UntagQueue. */
import type { UntagQueueRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, required, type SqsDependencies } from "../dependencies.ts";

/** Throws QueueDoesNotExist. */
export function untagQueue(dependencies: SqsDependencies): Operation<UntagQueueRequest, void> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const keys = new Set(required(request.TagKeys, "TagKeys"));
    await dependencies.queues.update(queue, ({ tags }) => ({
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.has(key))),
    }));
  };
}
