/** A wait that ends when something has happened, or after a time. */
import type { Clock } from "../kit/mod.ts";

export class WakeUp {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isAwaited(): boolean {
    return this.#waiting.size > 0;
  }

  /** Ends every wait that has begun. */
  ring(): void {
    for (const end of this.#waiting) end();
  }

  /** Resolves at the next `ring`, or after `waitMs` where one is given. */
  wait(waitMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        timer?.cancel();
        resolve();
      };
      const timer = waitMs === undefined ? undefined : this.#clock.after(waitMs, end);
      this.#waiting.add(end);
    });
  }
}
