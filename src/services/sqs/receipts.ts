/** Receipt handles as operations get them. */
import { SQS_LIMITS } from "../../config/mod.ts";
import { required } from "./dependencies.ts";
import { invalidHandle, invalidParameter } from "./errors.ts";
import type { Queue } from "./queue/queue.ts";
import { decodeReceipt, type Receipt } from "./queue/receipt-handle.ts";

/** Throws MissingParameter, ReceiptHandleIsInvalid (also for a handle of another queue). */
export function receiptOf(queue: Queue, handle: string | undefined): Receipt {
  const receipt = decodeReceipt(required(handle, "ReceiptHandle"));
  if (receipt === undefined || receipt.queueId !== queue.record.id) throw invalidHandle(handle ?? "");
  return receipt;
}

/** Throws MissingParameter, InvalidParameterValue. */
export function visibilityMsOf(seconds: number | undefined): number {
  const given = required(seconds, "VisibilityTimeout");
  const secondsMax = SQS_LIMITS.visibilitySecondsMax;
  if (!Number.isInteger(given) || given < 0 || given > secondsMax) {
    const reason = `VisibilityTimeout must be an integer between 0 and ${secondsMax}`;
    throw invalidParameter(given, "VisibilityTimeout", reason);
  }
  return given * 1000;
}
