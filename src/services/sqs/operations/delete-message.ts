/** DeleteMessage. */
import type { DeleteMessageRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { receiptOf } from "../receipts.ts";

/** On disk before the answer; what is gone already is no error. Throws QueueDoesNotExist, ReceiptHandleIsInvalid. */
export function deleteMessage(dependencies: SqsDependencies): Operation<DeleteMessageRequest, void> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    await queue.delete(receiptOf(queue, request.ReceiptHandle));
  };
}
