/** CreateQueue. */
import type { CreateQueueRequest, CreateQueueResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { changedAttributes, checkedAttributes, differingAttribute } from "../attributes/queue-attributes.ts";
import { checkDeadLetterQueue } from "../attributes/redrive.ts";
import { required, type SqsDependencies } from "../dependencies.ts";
import { queueDeletedRecently, queueDoesNotExist, queueNameExists } from "../errors.ts";
import { checkQueueName, queueArn, queueUrl } from "../names.ts";
import { checkedTags } from "../tags.ts";

/**
 * A queue that is there already is answered like a new one, unless an attribute given differs (documented).
 * Throws QueueNameExists, QueueDeletedRecently, InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue.
 */
export function createQueue({ queues }: SqsDependencies): Operation<CreateQueueRequest, CreateQueueResult> {
  return async (request, context) => {
    const name = required(request.QueueName, "QueueName");
    const { accountId, region } = context;
    const given = (request.Attributes ?? {}) as Record<string, string>;
    const isFifo = given["FifoQueue"] === "true";
    checkQueueName(name, isFifo);
    const checked = checkedAttributes(given, name.endsWith(".fifo"));
    const answer = { QueueUrl: queueUrl(context.baseUrl, { accountId, name }) };
    const existing = await queues.find(context, name);
    if (existing !== undefined) {
      const differing = differingAttribute(checked, existing.record.attributes);
      if (differing !== undefined) throw queueNameExists(differing);
      return answer;
    }
    const attributes = changedAttributes({}, checked);
    await checkDeadLetterQueue(queues, { arn: queueArn(context, name), isFifo }, checked["RedrivePolicy"]);
    const nowMs = queues.clock.nowMs();
    const tags = checkedTags(name, request.tags ?? {});
    const created = await queues.create({
      ...{ accountId, region, name, attributes, tags },
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
    });
    if (created === "deleted") throw queueDeletedRecently();
    if (created !== "exists") return answer;
    // Somebody else was quicker by a moment: judged as if it had been there.
    const other = await queues.find(context, name);
    if (other === undefined) throw queueDoesNotExist();
    const differing = differingAttribute(checked, other.record.attributes);
    if (differing !== undefined) throw queueNameExists(differing);
    return answer;
  };
}
