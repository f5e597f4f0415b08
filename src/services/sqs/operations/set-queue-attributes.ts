/** SetQueueAttributes. */
import type { SetQueueAttributesRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { changedAttributes, checkedAttributes } from "../attributes/queue-attributes.ts";
import { checkDeadLetterQueue } from "../attributes/redrive.ts";
import { queueOf, required, type SqsDependencies } from "../dependencies.ts";
import { fixedQueueType, queueDoesNotExist } from "../errors.ts";

/** An empty text removes a policy. Throws QueueDoesNotExist, InvalidAttributeName, InvalidAttributeValue. */
export function setQueueAttributes(
  dependencies: SqsDependencies,
): Operation<SetQueueAttributesRequest, void> {
  return async (request, context) => {
    const { queues } = dependencies;
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const { isFifo } = queue.settings;
    const given = required(request.Attributes, "Attributes") as Record<string, string>;
    if (isFifo && (given["FifoQueue"] ?? "true") !== "true") throw fixedQueueType();
    const change = checkedAttributes(given, isFifo);
    await checkDeadLetterQueue(queues, { arn: queue.arn, isFifo }, change["RedrivePolicy"]);
    const isThere = await queues.update(queue, ({ attributes }) => ({
      attributes: changedAttributes(attributes, change),
      modifiedAtMs: queues.clock.nowMs(),
    }));
    if (!isThere) throw queueDoesNotExist();
  };
}
