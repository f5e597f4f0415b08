/** SendMessage. */
import type { SendMessageRequest, SendMessageResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { queueDoesNotExist } from "../errors.ts";
import { checkedMessage, sentMessage } from "../messages-to-send.ts";

/** On disk before the answer. Throws QueueDoesNotExist, InvalidMessageContents, InvalidParameterValue, MissingParameter. */
export function sendMessage(dependencies: SqsDependencies): Operation<SendMessageRequest, SendMessageResult> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const message = checkedMessage(queue, context, request);
    const [result] = await queue.send([message.request]);
    if (result === undefined) throw queueDoesNotExist();
    return sentMessage(queue, message, result);
  };
}
