/** The messages that consumers have: received, not deleted, and not visible again yet. */
import type { Place } from "./message-order.ts";
import { SmallestFirst } from "./smallest-first.ts";

export interface InFlightMessage {
  readonly place: Place;
  /** With the receive that holds it. */
  readonly receiveCount: number;
  readonly receivedAtMs: number;
  /** When it is visible again; infinite while it is being read, moved or deleted. */
  deadlineMs: number;
}

/** Stale deadlines are dropped from the heap when they are more than half of it, and this many at least. */
const STALE_MIN = 1000;

export class InFlight {
  readonly #messages = new Map<number, InFlightMessage>();
  readonly #deadlines = new SmallestFirst<number>();

  get size(): number {
    return this.#messages.size;
  }

  find(sequence: number): InFlightMessage | undefined {
    return this.#messages.get(sequence);
  }

  set(message: InFlightMessage): void {
    this.#messages.set(message.place.sequence, message);
    this.#watch(message);
  }

  setDeadline(message: InFlightMessage, deadlineMs: number): void {
    message.deadlineMs = deadlineMs;
    this.#watch(message);
  }

  delete(sequence: number): boolean {
    return this.#messages.delete(sequence);
  }

  nextDeadlineMs(): number | undefined {
    this.#dropStale();
    return this.#deadlines.peek()?.key;
  }

  /** Takes out those whose time is over, the earliest first. */
  takeOverdue(nowMs: number): InFlightMessage[] {
    const overdue: InFlightMessage[] = [];
    for (;;) {
      this.#dropStale();
      const first = this.#deadlines.peek();
      if (first === undefined || first.key > nowMs) return overdue;
      const message = this.#messages.get(first.item);
      this.#messages.delete(first.item);
      if (message !== undefined) overdue.push(message);
    }
  }

  #watch({ deadlineMs, place }: InFlightMessage): void {
    if (deadlineMs === Number.POSITIVE_INFINITY) return;
    this.#deadlines.push(deadlineMs, place.sequence);
    if (this.#deadlines.size < this.#messages.size * 2 + STALE_MIN) return;
    this.#deadlines.clear();
    for (const message of this.#messages.values()) {
      if (message.deadlineMs !== Number.POSITIVE_INFINITY) {
        this.#deadlines.push(message.deadlineMs, message.place.sequence);
      }
    }
  }

  /** A deadline is stale when its message is gone or has another one. */
  #dropStale(): void {
    for (;;) {
      const first = this.#deadlines.peek();
      if (first === undefined || this.#messages.get(first.item)?.deadlineMs === first.key) return;
      this.#deadlines.pop();
    }
  }
}
