/** What is asked of a queue, and what it answers: the same with HTTP and without. */
import type { NewMessage, StoredMessage } from "../../../store/mod.ts";

export interface SendRequest {
  readonly head: NewMessage["head"];
  readonly body: string;
  /** Undefined: the queue's own. Standard queues only. */
  readonly delayMs?: number | undefined;
  /** FIFO queues only. */
  readonly deduplicationId?: string | undefined;
}

export interface SendResult {
  readonly messageId: string;
  readonly sequence: number;
}

export interface ReceiveRequest {
  readonly count: number;
  /** Undefined: the queue's own. */
  readonly visibilityMs?: number | undefined;
  readonly waitMs?: number | undefined;
  /** FIFO queues only: the same id gives the same messages again. */
  readonly attemptId?: string | undefined;
  /** Tells when nobody waits for the answer any more, until the function returned is called. */
  readonly whenGone?: ((listener: () => void) => () => void) | undefined;
}

export interface ReceivedMessage extends StoredMessage {
  readonly receiptHandle: string;
}

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}
