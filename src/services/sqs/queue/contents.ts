/** All that is known of the messages of one box; a queue that is purged starts with a new one. */
import { InFlight, type InFlightMessage } from "./in-flight.ts";
import type { MessageOrder, Place } from "./message-order.ts";
import { ReceiveAttempts } from "./receive-attempts.ts";

export interface ReceiveCount {
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
}

export class Contents {
  readonly boxId: number;
  readonly order: MessageOrder;
  readonly inFlight = new InFlight();
  /** Deletions and moves that are being committed. */
  readonly removals = new Map<number, Promise<unknown>>();
  /** Receives that are not written yet. */
  readonly counts = new Map<number, ReceiveCount>();
  readonly attempts = new ReceiveAttempts();
  /** In the store. */
  total: number;
  readonly #left: () => void;

  /** `left` is told when a message is nobody's any more: of a FIFO queue the rest of its group may be free then. */
  constructor(boxId: number, order: MessageOrder, total: number, left: () => void) {
    this.boxId = boxId;
    this.order = order;
    this.total = total;
    this.#left = left;
  }

  /** Makes visible what was in flight for too long. */
  advance(nowMs: number): void {
    for (const { place } of this.inFlight.takeOverdue(nowMs)) this.order.putBack(place);
  }

  /** Makes it visible. */
  release({ place }: InFlightMessage): void {
    this.inFlight.delete(place.sequence);
    this.order.putBack(place);
  }

  /** What was taken and could not be read. */
  releaseUnread(places: readonly Place[]): void {
    for (const { sequence } of places) {
      const message = this.inFlight.find(sequence);
      if (message?.deadlineMs === Number.POSITIVE_INFINITY) this.release(message);
    }
  }

  /** It is not in the store any more; `wasCounted` unless that was seen before. */
  forget(sequence: number, wasCounted = true): void {
    const message = this.inFlight.find(sequence);
    if (message !== undefined) this.drop(message.place);
    this.counts.delete(sequence);
    this.attempts.forget(sequence);
    if (wasCounted) this.total--;
  }

  /** It was taken, and turned out not to be there. */
  drop(place: Place): void {
    this.inFlight.delete(place.sequence);
    this.order.removed(place);
    this.#left();
  }

  /** Until a removal is through, the messages are nobody's; when it fails, they are visible or in flight as before. */
  async untilCommitted(sequences: readonly number[], commit: Promise<unknown>): Promise<void> {
    const before = sequences.map((sequence) => {
      const message = this.inFlight.find(sequence);
      const deadlineMs = message?.deadlineMs ?? 0;
      if (message !== undefined) this.inFlight.setDeadline(message, Number.POSITIVE_INFINITY);
      this.removals.set(sequence, commit);
      return { message, deadlineMs: Number.isFinite(deadlineMs) ? deadlineMs : 0 };
    });
    try {
      await commit;
    } catch (error) {
      for (const { message, deadlineMs } of before) {
        if (message !== undefined) this.inFlight.setDeadline(message, deadlineMs);
      }
      throw error;
    } finally {
      for (const sequence of sequences) this.removals.delete(sequence);
    }
  }
}
