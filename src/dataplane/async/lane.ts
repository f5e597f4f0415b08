/** The events of one function that wait for their turn, and how many of them may run at the same time. */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { FirstInFirstOut } from "../../kit/mod.ts";
import type { EventHead } from "../../store/mod.ts";

export class Lane {
  readonly #waiting = new FirstInFirstOut<EventHead>();
  /** Falls when the function is throttled, rises again as its events get through. */
  #limit: number = LAMBDA_LIMITS.asyncInFlightPerFunctionMax;
  #running = 0;
  #throttles = 0;
  #isPaused = false;

  get isEmpty(): boolean {
    return this.#running === 0 && this.#waiting.length === 0 && !this.#isPaused;
  }

  add(event: EventHead): void {
    this.#waiting.push(event);
  }

  /** One that may run now; `ended` is to be called for it. */
  next(): EventHead | undefined {
    if (this.#isPaused || this.#running >= this.#limit) return undefined;
    const event = this.#waiting.shift();
    if (event !== undefined) this.#running++;
    return event;
  }

  ended(): void {
    this.#running--;
  }

  /** An attempt reached the function. */
  gotThrough(): void {
    this.#throttles = 0;
    this.#limit = Math.min(this.#limit + 1, LAMBDA_LIMITS.asyncInFlightPerFunctionMax);
  }

  /** How long a throttled event would wait now, milliseconds. */
  get backoffMs(): number {
    const [firstMs, lastMs] = LAMBDA_LIMITS.asyncThrottleBackoffMs;
    return Math.min(firstMs * 2 ** this.#throttles, lastMs);
  }

  /**
   * The function has no room for it; it is the first again. The others that run make room when they end. True: none runs, so
   * the lane rests until `resume`.
   */
  throttled(event: EventHead): boolean {
    this.#waiting.putBack(event);
    const others = this.#running - 1;
    this.#limit = Math.max(1, others);
    if (others > 0 || this.#isPaused) return false;
    this.#throttles++;
    this.#isPaused = true;
    return true;
  }

  resume(): void {
    this.#isPaused = false;
  }
}
