/** SendMessageBatch. */
import type {
  BatchResultErrorEntry,
  SendMessageBatchRequest,
  SendMessageBatchResult,
  SendMessageBatchResultEntry,
} from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { batchResult, checkEntries, failedEntry } from "../batch.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { batchTooLong } from "../errors.ts";
import {
  type CheckedMessage,
  checkBatchIds,
  checkedMessage,
  givenBytes,
  sentMessage,
} from "../messages-to-send.ts";

/**
 * Those that pass are on disk, in their order and all together, before the answer.
 * Throws QueueDoesNotExist, InvalidParameterValue, BatchRequestTooLong and what `checkEntries` does.
 */
export function sendMessageBatch(
  dependencies: SqsDependencies,
): Operation<SendMessageBatchRequest, SendMessageBatchResult> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const entries = checkEntries(request.Entries, "SendMessageBatchRequestEntry");
    checkBatchIds(queue, entries);
    const failed: BatchResultErrorEntry[] = [];
    let bytes = 0;
    const passed: { id: string; message: CheckedMessage }[] = [];
    for (const entry of entries) {
      try {
        const message = checkedMessage(queue, context, entry);
        passed.push({ id: entry.Id, message });
        bytes += message.bytes;
      } catch (error) {
        failed.push(failedEntry(entry.Id, error));
        bytes += givenBytes(entry);
      }
    }
    if (bytes > SQS_LIMITS.messageBytesMax) throw batchTooLong(SQS_LIMITS.messageBytesMax, bytes);
    const results = passed.length === 0 ? [] : await queue.send(passed.map(({ message }) => message.request));
    const successful = passed.map(({ id, message }, index): SendMessageBatchResultEntry => {
      const result = results[index] ?? { messageId: "", sequence: 0 };
      return { Id: id, ...sentMessage(queue, message, result) };
    });
    return batchResult(successful, failed);
  };
}
