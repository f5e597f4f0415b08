/**
 * Things that take long to make, made ahead: one waits, one more after each time that none did, and at each review half of
 * those go that were never needed since the last.
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";

export interface StockOptions<Item> {
  readonly clock: Clock;
  readonly make: () => Promise<Item>;
  /** Ends one that nobody will take. */
  readonly discard: (item: Item) => Promise<void>;
  /** Resolves when it is of no more use. */
  readonly spoiled: (item: Item) => Promise<unknown>;
  /** 0 makes nothing ahead. */
  readonly readyMax: number;
  /** False: one more than the `making` that are under way would be too many, however much it is wanted. */
  readonly hasRoom?: (making: number) => boolean;
  readonly reportFault: (error: unknown) => void;
}

export class Stock<Item> {
  readonly #options: StockOptions<Item>;
  readonly #ready: Item[] = [];
  readonly #work = new Set<Promise<void>>();
  #wanted: number;
  /** Fewest that were ready since the last review: so many are not needed. */
  #leastReady = 0;
  #refill: Timer | undefined;
  #review: Timer;
  #isClosed = false;

  constructor(options: StockOptions<Item>) {
    this.#options = options;
    this.#wanted = Math.min(1, options.readyMax);
    this.#review = this.#reviewLater();
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  /** Those that wait. */
  get ready(): readonly Item[] {
    return this.#ready;
  }

  /** The caller's now; undefined where none waits. */
  take(): Item | undefined {
    const item = this.#ready.shift();
    this.#leastReady = Math.min(this.#leastReady, this.#ready.length);
    if (item === undefined) this.#wanted = Math.min(this.#wanted + 1, this.#options.readyMax);
    this.refillSoon();
    return item;
  }

  /** Not at once: whoever has just taken one has the processors to himself for a moment. */
  refillSoon(): void {
    this.#refill?.cancel();
    if (this.#isClosed) return;
    this.#refill = this.#options.clock.after(ENVIRONMENT_LIMITS.parkingDelayMs, () => {
      this.#refill = undefined;
      this.#fill();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refill?.cancel();
    this.#review.cancel();
    await Promise.all(this.#work);
    await Promise.all(this.#ready.splice(0).map(this.#options.discard));
  }

  /** A few at a time: what is made ahead leaves the machine to those who wait. */
  #fill(): void {
    while (this.#work.size < ENVIRONMENT_LIMITS.madeAheadAtOnceMax && this.#isShort()) {
      const work: Promise<void> = this.#add().then(
        () => {
          this.#work.delete(work);
          // Somebody took one meanwhile: he goes first.
          if (this.#refill === undefined) this.#fill();
        },
        (error: unknown) => {
          this.#work.delete(work);
          if (!this.#isClosed) this.#options.reportFault(error);
        },
      );
      this.#work.add(work);
    }
  }

  #isShort(): boolean {
    const making = this.#work.size;
    const isWanted = !this.#isClosed && this.#ready.length + making < this.#wanted;
    return isWanted && (this.#options.hasRoom?.(making) ?? true);
  }

  async #add(): Promise<void> {
    const item = await this.#options.make();
    if (this.#isClosed) {
      await this.#options.discard(item);
      return;
    }
    this.#ready.push(item);
    void this.#options.spoiled(item).then(() => {
      const at = this.#ready.indexOf(item);
      if (at < 0) return;
      this.#ready.splice(at, 1);
      return this.#options.discard(item);
    });
  }

  #reviewLater(): Timer {
    return this.#options.clock.after(ENVIRONMENT_LIMITS.parkingReviewMs, () => {
      const surplus = Math.min(Math.ceil(this.#leastReady / 2), this.#wanted - 1);
      if (surplus > 0) {
        this.#wanted -= surplus;
        for (const item of this.#ready.splice(this.#wanted)) void this.#options.discard(item);
      }
      this.#leastReady = this.#ready.length;
      this.#review = this.#reviewLater();
    });
  }
}
