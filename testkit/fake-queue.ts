/** A queue for tests of pollers: in memory, on the test's clock, with a record of what was asked of it. */
import { ApiError } from "../src/errors/mod.ts";
import type { QueueMessage, QueueReceive, QueueSource } from "../src/eventsources/sqs/queue-source.ts";
import type { HandClock } from "./hand-clock.ts";

export const FAKE_QUEUE = "arn:aws:sqs:us-east-1:000000000000:fake";

interface Stored {
  readonly id: string;
  readonly body: string;
  /** From when on it may be received. */
  visibleAtMs: number;
  receiveCount: number;
}

export class FakeQueue implements QueueSource {
  readonly clock: HandClock;
  readonly messages: Stored[] = [];
  readonly deletions: number[] = [];
  ownVisibilityMs = 30_000;
  isThere = true;
  readonly #waiting = new Set<() => void>();
  #sent = 0;

  constructor(clock: HandClock) {
    this.clock = clock;
  }

  send(...bodies: string[]): void {
    for (const body of bodies) {
      this.messages.push({ id: `m${this.#sent++}`, body, visibleAtMs: 0, receiveCount: 0 });
    }
    this.wake();
  }

  /** Receives that wait look again, as after a timeout of visibility. */
  wake(): void {
    for (const look of this.#waiting) look();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get visible(): number {
    return this.messages.filter((message) => message.visibleAtMs <= this.clock.nowMs()).length;
  }

  async visibilityMs(): Promise<number> {
    this.#check();
    return this.ownVisibilityMs;
  }

  async receive(
    _arn: string,
    { count, visibilityMs, waitMs, whenGone }: QueueReceive,
  ): Promise<QueueMessage[]> {
    const endMs = this.clock.nowMs() + waitMs;
    let isGone = false;
    for (;;) {
      this.#check();
      const now = this.clock.nowMs();
      const found = isGone
        ? []
        : this.messages.filter(({ visibleAtMs }) => visibleAtMs <= now).slice(0, count);
      if (found.length > 0 || isGone || now >= endMs) {
        return found.map((message) => {
          message.visibleAtMs = now + visibilityMs;
          message.receiveCount++;
          return this.#received(message);
        });
      }
      isGone = await this.#change(endMs - now, whenGone);
    }
  }

  async delete(_arn: string, receiptHandles: readonly string[]): Promise<void> {
    this.#check();
    this.deletions.push(receiptHandles.length);
    for (const handle of receiptHandles) {
      const at = this.messages.findIndex((message) => handleOf(message) === handle);
      if (at !== -1) this.messages.splice(at, 1);
    }
  }

  async changeVisibility(_arn: string, receiptHandle: string, visibilityMs: number): Promise<void> {
    this.#check();
    const found = this.messages.find((message) => handleOf(message) === receiptHandle);
    if (found === undefined) throw new ApiError("InvalidParameterValue", "not in flight");
    found.visibleAtMs = this.clock.nowMs() + visibilityMs;
    this.wake();
  }

  /** Something was sent, the time is over, or nobody waits any more: true then. */
  #change(waitMs: number, whenGone: QueueReceive["whenGone"]): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isGone: boolean): void => {
        timer.cancel();
        stopListening();
        this.#waiting.delete(look);
        resolve(isGone);
      };
      const look = (): void => end(false);
      const timer = this.clock.after(waitMs, look);
      const stopListening = whenGone(() => end(true));
      this.#waiting.add(look);
    });
  }

  #check(): void {
    if (!this.isThere) throw new ApiError("QueueDoesNotExist", "no such queue");
  }

  #received(message: Stored): QueueMessage {
    return {
      head: { id: message.id, senderId: "AIDA" },
      body: message.body,
      sentAtMs: 0,
      sequence: 1,
      receiveCount: message.receiveCount,
      firstReceivedAtMs: 0,
      receiptHandle: handleOf(message),
    };
  }
}

function handleOf({ id, receiveCount }: Stored): string {
  return `${id}/${receiveCount}`;
}
