/** TagQueue. */
import type { TagQueueRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, required, type SqsDependencies } from "../dependencies.ts";
import { checkedTags } from "../tags.ts";

/** Throws QueueDoesNotExist, InvalidParameterValue. */
export function tagQueue(dependencies: SqsDependencies): Operation<TagQueueRequest, void> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const given = required(request.Tags, "Tags");
    await dependencies.queues.update(queue, ({ tags }) => ({ tags: checkedTags({ ...tags, ...given }) }));
  };
}
