/** Which message comes next: what standard and FIFO queues differ in. */
import type { QueueStore } from "../../../store/mod.ts";

/** What is held in memory of a message: never its body. */
export interface Place {
  readonly sequence: number;
  readonly sentAtMs: number;
  /** Undefined where groups mean nothing for the order. */
  readonly groupId: string | undefined;
}

/**
 * Knows the messages that nobody has received. Places are read from the store in pages as they are needed, so memory does
 * not grow with the queue; what is sent to a queue without a backlog never has to be read again.
 */
export interface MessageOrder {
  /** A message that has just been committed; in the order of the commits. */
  added(place: Place, dueAtMs: number | undefined): void;
  /** Brings places into memory until `count` can be taken or no more are due. */
  prepare(count: number, nowMs: number): Promise<void>;
  /** At most `count`. Whoever takes one gives it back by one of the next two. */
  take(count: number, nowMs: number): Place[];
  putBack(place: Place): void;
  removed(place: Place): void;
  /** It left the store without having been taken: it expired, or was deleted while it was visible. */
  vanished(sequence: number): void;
  /** How many wait for their time to come. */
  delayedCount(nowMs: number): number | Promise<number>;
  /** When the next of them is due. */
  nextDueMs(nowMs: number): number | undefined;
}

export interface OrderOptions {
  readonly store: QueueStore;
  readonly boxId: number;
}
