/** What a poller needs of queues; the SQS service fits it. Queues are named by ARN, times are milliseconds. */
import type { StoredMessage } from "../../store/mod.ts";

/** Each throws an ApiError when there is no such queue. */
export interface QueueSource {
  /** The queue's own visibility timeout. */
  visibilityMs(queueArn: string): Promise<number>;
  /** Resolves with none when `waitMs` has passed or nobody waits any more. */
  receive(queueArn: string, request: QueueReceive): Promise<QueueMessage[]>;
  /** Of a receipt that is no longer the latest nothing may come. */
  delete(queueArn: string, receiptHandles: readonly string[]): Promise<void>;
  /** Rejects when the message is not in flight by this receipt, or would be for more than twelve hours. */
  changeVisibility(queueArn: string, receiptHandle: string, visibilityMs: number): Promise<void>;
}

export interface QueueReceive {
  readonly count: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  /** Tells when nobody waits for the answer any more, until the function returned is called. */
  readonly whenGone: (listener: () => void) => () => void;
}

export interface QueueMessage extends StoredMessage {
  /** Where another server has given it one. */
  readonly sequenceNumber?: string | undefined;
  readonly receiptHandle: string;
}

export function isFifo(queueArn: string): boolean {
  return queueArn.endsWith(".fifo");
}
