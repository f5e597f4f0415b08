/** The events of one function that wait for their turn, and how many of them may run at the same time. */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { FirstInFirstOut, type Timer } from "../../kit/mod.ts";
import type { EventHead } from "../../store/mod.ts";

export interface Queued {
  readonly event: EventHead;
  /** The last attempt ended in a fault of our own. */
  isFaulty?: boolean;
  /** Rises in the order in which events came to the lane. */
  readonly ticket: number;
}

export class Lane {
  readonly #waiting = new FirstInFirstOut<Queued>();
  /** Were throttled, and are the next: by their tickets, whichever of them was told so first. */
  readonly #held: Queued[] = [];
  #tickets = 0;
  /** Falls when the function is throttled, rises again as its events get through. */
  #limit: number = LAMBDA_LIMITS.asyncInFlightPerFunctionMax;
  #running = 0;
  #throttles = 0;
  /** Woken for a place that somebody else may have taken: no reason to wait longer next time. */
  #isWoken = false;
  /** Ends the rest; undefined while the lane does not rest. */
  #rest: Timer | undefined;
  /** Leaves the line of those who wait for a place. */
  #leaveLine: (() => void) | undefined;

  get isEmpty(): boolean {
    return this.#running === 0 && !this.#hasWaiting && this.#rest === undefined;
  }

  get #hasWaiting(): boolean {
    return this.#held.length > 0 || this.#waiting.length > 0;
  }

  add(event: EventHead): void {
    this.#waiting.push({ event, ticket: this.#tickets++ });
  }

  /** One that may run now; `ended` is to be called for it. */
  next(): Queued | undefined {
    if (this.#rest !== undefined || this.#running >= this.#limit) return undefined;
    const next = this.#held.shift() ?? this.#waiting.shift();
    if (next !== undefined) this.#running++;
    return next;
  }

  ended(): void {
    this.#running--;
  }

  /** An attempt reached the function. */
  gotThrough(): void {
    this.#throttles = 0;
    this.#isWoken = false;
    this.#limit = Math.min(this.#limit + 1, LAMBDA_LIMITS.asyncInFlightPerFunctionMax);
  }

  /** How long a throttled event would wait now, milliseconds. */
  get backoffMs(): number {
    const [firstMs, lastMs] = LAMBDA_LIMITS.asyncThrottleBackoffMs;
    return Math.min(firstMs * 2 ** this.#throttles, lastMs);
  }

  /** The function has no room for it: it comes before all that came after it. The others that run make room when they end. */
  throttled(held: Queued): void {
    const at = this.#held.findIndex(({ ticket }) => ticket > held.ticket);
    this.#held.splice(at === -1 ? this.#held.length : at, 0, held);
    this.#limit = Math.max(1, this.#running - 1);
  }

  /** None runs that could make room: the lane rests, `timer` ends it at the latest. */
  rest(timer: Timer): void {
    if (!this.#isWoken) this.#throttles++;
    this.#isWoken = false;
    this.#rest = timer;
  }

  /** Whether nothing of it will end but what has just been throttled, and nothing wakes it yet. */
  get mustRest(): boolean {
    return this.#running === 1 && this.#rest === undefined;
  }

  resume(): void {
    this.#rest?.cancel();
    this.#rest = undefined;
  }

  get isInLine(): boolean {
    return this.#leaveLine !== undefined;
  }

  joinLine(leave: () => void): void {
    this.#leaveLine = leave;
  }

  /** A place became free, and it is this function's turn. */
  gotPlace(): void {
    this.#leaveLine = undefined;
    this.#limit = Math.max(this.#limit, this.#running + 1);
    this.#isWoken = this.#rest !== undefined;
    this.resume();
  }

  /** The lane is not needed any more. */
  close(): void {
    this.#leaveLine?.();
    this.#leaveLine = undefined;
  }
}
