/**
 * The messages of one batch while they are ours: their visibility timeout is put off for as long as the batch takes, so
 * that neither a long function nor a wait for a throttled one makes them come again.
 */
import { POLLER_LIMITS } from "../../config/mod.ts";
import { ApiError } from "../../errors/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { QueueMessage, QueueSource } from "./queue-source.ts";

export interface HeldMessagesOptions {
  readonly queues: QueueSource;
  readonly queueArn: string;
  readonly clock: Clock;
  /** The queue's own. */
  readonly visibilityMs: number;
  readonly reportFault: (error: unknown) => void;
}

interface Held {
  readonly receiptHandle: string;
  /** It will be visible again, or somebody removed it. */
  isLost: boolean;
}

export class HeldMessages {
  readonly #options: HeldMessagesOptions;
  /** By message id. */
  readonly #held = new Map<string, Held>();
  #timer: Timer | undefined;

  constructor(options: HeldMessagesOptions) {
    this.#options = options;
  }

  /** What a receive must ask for. */
  get holdMs(): number {
    return Math.max(this.#options.visibilityMs, POLLER_LIMITS.holdMsMin);
  }

  /** Straight after they were received. */
  add(messages: readonly QueueMessage[]): void {
    for (const { head, receiptHandle } of messages) {
      this.#held.set(head.id, { receiptHandle, isLost: false });
    }
    if (this.#held.size > 0) this.#timer ??= this.#renewLater();
  }

  has(id: string): boolean {
    return this.#held.get(id)?.isLost === false;
  }

  /** They are done with. What cannot be deleted comes again. */
  async delete(ids: Iterable<string>): Promise<void> {
    const handles = this.#leave(ids).map(({ receiptHandle }) => receiptHandle);
    const { queues, queueArn } = this.#options;
    const size = POLLER_LIMITS.deleteMessagesMax;
    const deletions: Promise<void>[] = [];
    for (let at = 0; at < handles.length; at += size) {
      deletions.push(this.#tolerate(queues.delete(queueArn, handles.slice(at, at + size))));
    }
    await Promise.all(deletions);
  }

  /** They may come again: at once, or when the queue's visibility timeout has passed since `sinceMs`. */
  async giveBack(ids: Iterable<string>, sinceMs?: number): Promise<void> {
    const { queues, queueArn, clock, visibilityMs } = this.#options;
    const remainingMs = sinceMs === undefined ? 0 : Math.max(0, sinceMs + visibilityMs - clock.nowMs());
    await Promise.all(
      this.#leave(ids)
        .filter(({ isLost }) => !isLost)
        .map(({ receiptHandle }) =>
          this.#tolerate(queues.changeVisibility(queueArn, receiptHandle, remainingMs)),
        ),
    );
  }

  giveBackAll(sinceMs?: number): Promise<void> {
    return this.giveBack([...this.#held.keys()], sinceMs);
  }

  #leave(ids: Iterable<string>): Held[] {
    const found: Held[] = [];
    for (const id of ids) {
      const held = this.#held.get(id);
      if (held === undefined) continue;
      this.#held.delete(id);
      found.push(held);
    }
    if (this.#held.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    return found;
  }

  /** Early enough for a second attempt before the time is over. */
  #renewLater(): Timer {
    return this.#options.clock.after(this.holdMs / 3, () => {
      for (const held of this.#held.values()) void this.#renew(held);
      this.#timer = this.#renewLater();
    });
  }

  async #renew(held: Held): Promise<void> {
    if (held.isLost) return;
    const { queues, queueArn, reportFault } = this.#options;
    try {
      await queues.changeVisibility(queueArn, held.receiptHandle, this.holdMs);
    } catch (error) {
      // Purged, deleted, or held for twelve hours.
      held.isLost = true;
      if (!(error instanceof ApiError)) reportFault(error);
    }
  }

  /** A queue that refuses keeps its messages; they come again. */
  async #tolerate(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof ApiError)) this.#options.reportFault(error);
    }
  }
}
