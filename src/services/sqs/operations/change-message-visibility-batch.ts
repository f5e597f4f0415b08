/** ChangeMessageVisibilityBatch. */
import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityBatchResult,
} from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { checkEntries, eachEntry } from "../batch.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { receiptOf, visibilityMsOf } from "../receipts.ts";

/** Throws QueueDoesNotExist and what `checkEntries` does. */
export function changeMessageVisibilityBatch(
  dependencies: SqsDependencies,
): Operation<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResult> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const entries = checkEntries(request.Entries, "ChangeMessageVisibilityBatchRequestEntry");
    return eachEntry(entries, async (entry) => {
      const receipt = receiptOf(queue, entry.ReceiptHandle);
      await queue.changeVisibility(receipt, visibilityMsOf(entry.VisibilityTimeout));
    });
  };
}
