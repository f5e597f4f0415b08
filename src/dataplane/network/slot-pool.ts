/** Network slots made ahead of demand and used again: on the way of a cold start none is built, unless many come at once. */
import { NETWORK_LIMITS } from "../../config/mod.ts";

/** What the pool has to know of a slot. */
export interface PooledSlot {
  /** Ends what earlier users left; the slot is as new. False: it is of no more use. */
  reset(): boolean;
  destroy(): Promise<void>;
}

export class SlotPool<Slot extends PooledSlot> {
  readonly #make: () => Promise<Slot>;
  readonly #readyMax: number;
  readonly #reportFault: (error: unknown) => void;
  readonly #ready: Slot[] = [];
  /** Slots being made for nobody in particular. */
  #making = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #work = new Set<Promise<void>>();
  #isClosed = false;

  /** `reportFault` hears why none of the `readyMax` could be made ahead; whoever acquires hears it for himself. */
  constructor(make: () => Promise<Slot>, readyMax: number, reportFault: (error: unknown) => void) {
    this.#make = make;
    this.#readyMax = readyMax;
    this.#reportFault = reportFault;
  }

  /** Begins to make slots ahead. */
  start(): void {
    this.#refill();
  }

  async acquire(): Promise<Slot> {
    const ready = this.#ready.shift();
    if (this.#ready.length < this.#readyMax / 2) this.#refillSoon();
    return ready ?? this.#make();
  }

  async release(slot: Slot): Promise<void> {
    const isUseful = slot.reset();
    if (isUseful && !this.#isClosed && this.#ready.length < NETWORK_LIMITS.keptSlotsMax)
      this.#ready.push(slot);
    else await slot.destroy();
  }

  /** Ends the slots that nobody has; those that come back later end then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#work);
    await Promise.all(this.#ready.splice(0).map((slot) => slot.destroy()));
  }

  #refillSoon(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#refill();
    }, NETWORK_LIMITS.refillDelayMs);
    this.#timer.unref();
  }

  #refill(): void {
    while (
      !this.#isClosed &&
      this.#making < NETWORK_LIMITS.refillInParallelMax &&
      this.#ready.length + this.#making < this.#readyMax
    ) {
      this.#making++;
      const work = this.#add().finally(() => this.#work.delete(work));
      this.#work.add(work);
    }
  }

  async #add(): Promise<void> {
    try {
      this.#ready.push(await this.#make());
      this.#making--;
      this.#refill();
    } catch (error) {
      // Not again until somebody asks: what fails now fails in a moment too.
      this.#making--;
      if (!this.#isClosed) this.#reportFault(error);
    }
  }
}
