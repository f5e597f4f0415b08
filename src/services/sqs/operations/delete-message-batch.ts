/** DeleteMessageBatch. */
import type { DeleteMessageBatchRequest, DeleteMessageBatchResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { checkEntries, eachEntry } from "../batch.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { receiptOf } from "../receipts.ts";

/** Throws QueueDoesNotExist and what `checkEntries` does. */
export function deleteMessageBatch(
  dependencies: SqsDependencies,
): Operation<DeleteMessageBatchRequest, DeleteMessageBatchResult> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const entries = checkEntries(request.Entries, "DeleteMessageBatchRequestEntry");
    return eachEntry(entries, async (entry) => queue.delete(receiptOf(queue, entry.ReceiptHandle)));
  };
}
