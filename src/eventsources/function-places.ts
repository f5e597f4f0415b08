/**
 * Who waits for a place of a throttled function, over all mappings of that function: none of them keeps the others out. They
 * stand in line with whoever else waits for the account's places, too.
 */
import type { Clock } from "../kit/mod.ts";
import { functionArn, type Scope } from "../model/mod.ts";
import { WakeUp } from "./wake-up.ts";

/** Calls `wake` once, when it is the function's turn for a place that became free; returns how to wait no longer. */
export type WaitForPlace = (scope: Scope, functionName: string, wake: () => void) => () => void;

export class FunctionPlaces {
  readonly #clock: Clock;
  readonly #waitForPlace: WaitForPlace;
  /** By the function's ARN; only those that somebody waits for. */
  readonly #freed = new Map<string, WakeUp>();

  constructor(clock: Clock, waitForPlace: WaitForPlace = () => () => {}) {
    this.#clock = clock;
    this.#waitForPlace = waitForPlace;
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
    const leave = this.#waitForPlace(scope, functionName, () => wakeUp.ring());
    await wakeUp.wait(waitMs);
    leave();
    if (!wakeUp.isAwaited && this.#freed.get(key) === wakeUp) this.#freed.delete(key);
  }
}
