/**
 * A time in which a stream is read with the same settings. What waits in it waits no longer than it lasts; one within another ends
 * with it.
 */
import type { Clock } from "../../kit/mod.ts";
import { WakeUp } from "../wake-up.ts";

export class Generation {
  readonly #clock: Clock;
  readonly #endings = new Set<() => void>();
  readonly #leave: () => void;
  #isOver = false;

  constructor(clock: Clock, outer?: Generation) {
    this.#clock = clock;
    this.#leave = outer?.whenOver(() => this.end()) ?? (() => {});
    this.#isOver = outer?.isOver === true;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
    this.#leave();
    for (const ending of this.#endings) ending();
    this.#endings.clear();
  }

  /** What it returns takes the listener back. */
  whenOver(listener: () => void): () => void {
    this.#endings.add(listener);
    return () => this.#endings.delete(listener);
  }

  /** Rung, too, when the generation ends. */
  wakeUp(): WakeUp {
    const wakeUp = new WakeUp(this.#clock);
    this.whenOver(() => wakeUp.ring());
    return wakeUp;
  }

  /** What `work` comes to; undefined when the generation ends first, and then nobody hears of it any more. */
  async unlessOver<T>(work: Promise<T>): Promise<T | undefined> {
    const over = Promise.withResolvers<undefined>();
    const forget = this.whenOver(() => over.resolve(undefined));
    if (this.#isOver) over.resolve(undefined);
    try {
      return await Promise.race([work, over.promise]);
    } finally {
      forget();
    }
  }

  async wait(waitMs: number): Promise<void> {
    if (this.#isOver) return;
    const wakeUp = new WakeUp(this.#clock);
    const forget = this.whenOver(() => wakeUp.ring());
    await wakeUp.wait(waitMs);
    forget();
  }
}
