/** Who waits for a place of a throttled function, over all mappings of that function: none of them keeps the others out. */
import type { Clock } from "../kit/mod.ts";
import { functionArn, type Scope } from "../model/mod.ts";
import { WakeUp } from "./wake-up.ts";

export class FunctionPlaces {
  readonly #clock: Clock;
  /** By the function's ARN; only those that somebody waits for. */
  readonly #freed = new Map<string, WakeUp>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A batch of this function has ended. */
  freed(scope: Scope, functionName: string): void {
    this.#freed.get(functionArn(scope, functionName))?.ring();
  }

  /** Resolves when a place is freed, or after `waitMs`. */
  async wait(scope: Scope, functionName: string, waitMs: number): Promise<void> {
    const key = functionArn(scope, functionName);
    const wakeUp = this.#freed.get(key) ?? new WakeUp(this.#clock);
    this.#freed.set(key, wakeUp);
    await wakeUp.wait(waitMs);
    if (!wakeUp.isAwaited && this.#freed.get(key) === wakeUp) this.#freed.delete(key);
  }
}
