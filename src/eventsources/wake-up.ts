/** A wait that ends when something has happened, or after a time. */
import { type Clock, type Deferred, deferred } from "../kit/mod.ts";

export class WakeUp {
  readonly #clock: Clock;
  #waiting: Deferred<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends every wait that has begun. */
  ring(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** Resolves at the next `ring`, or after `waitMs` where one is given. */
  async wait(waitMs?: number): Promise<void> {
    this.#waiting ??= deferred();
    const rung = this.#waiting.promise;
    if (waitMs === undefined) return rung;
    const over = deferred<void>();
    const timer = this.#clock.after(waitMs, () => over.resolve());
    await Promise.race([rung, over.promise]);
    timer.cancel();
  }
}
