/** Wakes whoever waits for a time, in the order of their times, with one timer for all that wait for about the same. */
import type { Clock, Timer } from "../../kit/mod.ts";

/** Times are rounded up to it: a hundred thousand events that wait a minute need sixty timers, not as many as they are. */
const GRAIN_MS = 100;

export class Alarm<T> {
  readonly #clock: Clock;
  readonly #ring: (item: T) => void;
  readonly #slots = new Map<number, { readonly timer: Timer; readonly items: T[] }>();

  constructor(clock: Clock, ring: (item: T) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** `atMs` is epoch milliseconds. */
  set(atMs: number, item: T): void {
    const slotMs = Math.ceil(atMs / GRAIN_MS) * GRAIN_MS;
    const slot = this.#slots.get(slotMs);
    if (slot !== undefined) {
      slot.items.push(item);
      return;
    }
    const items = [item];
    const timer = this.#clock.after(Math.max(0, slotMs - this.#clock.nowMs()), () => {
      this.#slots.delete(slotMs);
      for (const each of items) this.#ring(each);
    });
    this.#slots.set(slotMs, { timer, items });
  }

  clear(): void {
    for (const { timer } of this.#slots.values()) timer.cancel();
    this.#slots.clear();
  }
}
