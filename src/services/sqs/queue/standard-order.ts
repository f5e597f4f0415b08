/** The order of a standard queue: as sent where nothing speaks against it, promised to nobody. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import { FirstInFirstOut } from "../../../kit/mod.ts";
import type { DuePlace, QueueStore } from "../../../store/mod.ts";
import type { MessageOrder, OrderOptions, Place } from "./message-order.ts";

const { placesOfPage, inFlightMax } = SQS_LIMITS;

/**
 * Two streams come from the store: messages without a delay by sequence, delayed ones by the time they are due. Each has a
 * cursor; what is before it is in memory, in flight or gone.
 */
export class StandardOrder implements MessageOrder {
  readonly #store: QueueStore;
  readonly #boxId: number;
  readonly #fresh = new FirstInFirstOut<Place>();
  readonly #returned = new FirstInFirstOut<Place>();
  #isTurnOfReturned = true;
  #cursor = 0;
  /** Nothing is in the store behind the cursor. */
  #isCaughtUp: boolean;
  #dueCursor: DuePlace = { dueAtMs: 0, sequence: 0 };
  #nextDueMs: number | undefined;
  #delayed: number;
  #loading: Promise<void> | undefined;
  #cameWhileLoading = false;

  constructor(
    { store, boxId }: OrderOptions,
    counts: { readonly undelayed: number; readonly delayed: number },
  ) {
    this.#store = store;
    this.#boxId = boxId;
    this.#isCaughtUp = counts.undelayed === 0;
    this.#delayed = counts.delayed;
    this.#nextDueMs = counts.delayed === 0 ? undefined : 0;
  }

  added(place: Place, dueAtMs: number | undefined): void {
    if (dueAtMs !== undefined) {
      this.#addDelayed(place, dueAtMs);
      return;
    }
    // A page that was read a moment ago had it already.
    if (place.sequence <= this.#cursor) return;
    if (this.#isCaughtUp && this.#loading === undefined && this.#fresh.length < placesOfPage) {
      this.#cursor = place.sequence;
      this.#fresh.push(place);
      return;
    }
    this.#isCaughtUp = false;
    this.#cameWhileLoading = true;
  }

  async prepare(count: number, nowMs: number): Promise<void> {
    while (this.#loading !== undefined) await this.#loading;
    if (!this.#needsMore(count, nowMs)) return;
    this.#loading = this.#load(nowMs).finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  /** Those that came back and fresh ones take turns, so that neither keeps the other waiting. */
  take(count: number): Place[] {
    const taken: Place[] = [];
    while (taken.length < count) {
      // So many that came back are enough to hold in memory: they go first.
      const first =
        this.#isTurnOfReturned || this.#returned.length > inFlightMax ? this.#returned : this.#fresh;
      const second = first === this.#fresh ? this.#returned : this.#fresh;
      const place = first.shift() ?? second.shift();
      if (place === undefined) break;
      this.#isTurnOfReturned = !this.#isTurnOfReturned;
      taken.push(place);
    }
    return taken;
  }

  putBack(place: Place): void {
    this.#returned.push(place);
  }

  removed(): void {
    // It was taken, so nothing is left of it here.
  }

  delayedCount(): number {
    return Math.max(0, this.#delayed);
  }

  nextDueMs(): number | undefined {
    return this.#nextDueMs;
  }

  #addDelayed(place: Place, dueAtMs: number): void {
    this.#delayed++;
    const { dueAtMs: passedMs, sequence } = this.#dueCursor;
    if (dueAtMs < passedMs || (dueAtMs === passedMs && place.sequence <= sequence)) {
      // Its commit took longer than its delay, and the cursor is past it.
      this.#delayed--;
      this.#returned.push(place);
      return;
    }
    this.#nextDueMs = Math.min(this.#nextDueMs ?? dueAtMs, dueAtMs);
  }

  #needsMore(count: number, nowMs: number): boolean {
    if (this.#hasDue(nowMs)) return true;
    return !this.#isCaughtUp && this.#fresh.length < count;
  }

  /** Beyond so many in memory the others count as delayed for a little longer. */
  #hasDue(nowMs: number): boolean {
    const isDue = this.#nextDueMs !== undefined && this.#nextDueMs <= nowMs;
    return isDue && this.#returned.length < inFlightMax;
  }

  async #load(nowMs: number): Promise<void> {
    while (this.#hasDue(nowMs)) await this.#loadDue(nowMs);
    if (this.#isCaughtUp || this.#fresh.length >= placesOfPage) return;
    this.#cameWhileLoading = false;
    const page = await this.#store.placesAfter(this.#boxId, this.#cursor, placesOfPage);
    for (const { sequence, sentAtMs } of page) {
      this.#fresh.push({ sequence, sentAtMs, groupId: undefined });
      this.#cursor = sequence;
    }
    this.#isCaughtUp = page.length < placesOfPage && !this.#cameWhileLoading;
  }

  async #loadDue(nowMs: number): Promise<void> {
    this.#nextDueMs = undefined;
    const page = await this.#store.duePlaces(this.#boxId, this.#dueCursor, nowMs, placesOfPage);
    for (const due of page) {
      this.#returned.push({ sequence: due.sequence, sentAtMs: due.dueAtMs, groupId: undefined });
      this.#dueCursor = due;
      this.#delayed--;
    }
    const [next] = await this.#store.duePlaces(this.#boxId, this.#dueCursor, Number.POSITIVE_INFINITY, 1);
    if (next !== undefined) this.#nextDueMs = Math.min(this.#nextDueMs ?? next.dueAtMs, next.dueAtMs);
  }
}
