/** Receives that wait for messages: woken as soon as there may be some, served in the order they came. */
import type { Clock, Timer } from "../../../kit/mod.ts";
import type { ReceiveRequest } from "./requests.ts";

export interface LongPollOptions<Message> {
  readonly clock: Clock;
  /** What can be had now. */
  readonly receive: (request: ReceiveRequest) => Promise<Message[]>;
  /** For messages whose receiver went away. */
  readonly giveBack: (messages: readonly Message[]) => Promise<void>;
  /** When messages become visible without anybody's doing: a delay or a visibility timeout ends. */
  readonly nextChangeMs: () => Promise<number | undefined>;
  readonly reportFault: (error: unknown) => void;
}

interface Poll<Message> {
  readonly request: ReceiveRequest;
  readonly resolve: (messages: Message[]) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: Timer;
  stopListening: (() => void) | undefined;
  /** Its time is over, or nobody waits for its answer. */
  isOver: boolean;
  isGone: boolean;
}

export class LongPolls<Message> {
  readonly #options: LongPollOptions<Message>;
  readonly #polls = new Set<Poll<Message>>();
  #served: Poll<Message> | undefined;
  #isServing = false;
  #isWoken = false;
  #timer: Timer | undefined;
  #isEnded = false;

  constructor(options: LongPollOptions<Message>) {
    this.#options = options;
  }

  /** Resolves with messages, or with none after `waitMs`. */
  wait(request: ReceiveRequest, waitMs: number): Promise<Message[]> {
    if (this.#isEnded) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(waitMs, () => this.#end(poll));
      const poll: Poll<Message> = {
        ...{ request, resolve, reject, timer },
        stopListening: undefined,
        isOver: false,
        isGone: false,
      };
      this.#polls.add(poll);
      poll.stopListening = request.whenGone?.(() => {
        poll.isGone = true;
        this.#end(poll);
      });
      // Between the look that found nothing and now, something may have come.
      this.wake();
    });
  }

  /** Something may be visible. */
  wake(): void {
    if (this.#polls.size === 0) return;
    this.#isWoken = true;
    if (this.#isServing) return;
    this.#isServing = true;
    void this.#serve().finally(() => {
      this.#isServing = false;
      if (this.#isWoken) this.wake();
    });
  }

  /** Nobody waits from now on: consumers that ask again at once must not keep a server from stopping. */
  endAll(): void {
    this.#isEnded = true;
    for (const poll of this.#polls) this.#end(poll);
  }

  /** Never rejects. One at a time, so that the first that came is the first served. */
  async #serve(): Promise<void> {
    while (this.#isWoken) {
      this.#isWoken = false;
      for (const poll of this.#polls) {
        if (!(await this.#tryServe(poll))) break;
      }
    }
    await this.#setTimer().catch(this.#options.reportFault);
  }

  /** False when there was nothing for it. */
  async #tryServe(poll: Poll<Message>): Promise<boolean> {
    this.#served = poll;
    try {
      const messages = await this.#options.receive(poll.request);
      if (poll.isGone && messages.length > 0) await this.#options.giveBack(messages);
      if (messages.length === 0 && !poll.isOver) return false;
      this.#finish(poll);
      poll.resolve(poll.isGone ? [] : messages);
    } catch (error) {
      this.#finish(poll);
      poll.reject(error);
    } finally {
      this.#served = undefined;
    }
    return true;
  }

  #end(poll: Poll<Message>): void {
    poll.isOver = true;
    // It is just being served: whatever comes of that is its answer.
    if (this.#served === poll || !this.#polls.has(poll)) return;
    this.#finish(poll);
    poll.resolve([]);
  }

  #finish(poll: Poll<Message>): void {
    poll.timer.cancel();
    poll.stopListening?.();
    this.#polls.delete(poll);
    if (this.#polls.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #setTimer(): Promise<void> {
    if (this.#polls.size === 0) return;
    const atMs = await this.#options.nextChangeMs();
    this.#timer?.cancel();
    this.#timer = undefined;
    if (atMs === undefined || this.#polls.size === 0) return;
    const delayMs = Math.max(1, atMs - this.#options.clock.nowMs());
    this.#timer = this.#options.clock.after(delayMs, () => this.wake());
  }
}
