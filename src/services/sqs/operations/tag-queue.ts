/** TagQueue. */
import type { TagQueueRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, required, type SqsDependencies } from "../dependencies.ts";
import { missingParameter } from "../errors.ts";
import { checkedTags } from "../tags.ts";

/** Throws QueueDoesNotExist, MissingParameter, InvalidParameterValue. */
export function tagQueue(dependencies: SqsDependencies): Operation<TagQueueRequest, void> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const given = required(request.Tags, "Tags");
    if (Object.keys(given).length === 0) throw missingParameter("Tags");
    await dependencies.queues.update(queue, ({ name, tags }) => ({
      tags: checkedTags(name, { ...tags, ...given }),
    }));
  };
}
