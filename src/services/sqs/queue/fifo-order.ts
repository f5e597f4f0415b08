/** The order of a FIFO queue: within each message group exactly as sent, one consumer at a time. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import { FirstInFirstOut } from "../../../kit/mod.ts";
import type { QueueStore } from "../../../store/mod.ts";
import type { MessageOrder, OrderOptions, Place } from "./message-order.ts";
import { SmallestFirst } from "./smallest-first.ts";

const { placesOfPage, inFlightMax } = SQS_LIMITS;

interface Group {
  readonly id: string;
  readonly pending: FirstInFirstOut<Place>;
  /** Came back, by sequence; all of them before those pending. */
  returned: Place[];
  /** Taken and neither put back nor removed: while there are any, the group is closed. */
  taken: number;
}

/**
 * Holds the places of the oldest messages, as many as a FIFO queue looks through for a group that is free
 * (`inFlightMax`; source: "Avoid large message backlogs with the same message group ID" page); the rest stays in the
 * store. A group with a message in flight gives nothing (source: "Interleaving multiple ordered message groups" page), so
 * what comes back is always in front of what never left.
 */
export class FifoOrder implements MessageOrder {
  readonly #store: QueueStore;
  readonly #boxId: number;
  readonly #delayMs: () => number;
  readonly #groups = new Map<string, Group>();
  /** Open groups by the sequence of their first message, which may have vanished meanwhile. */
  readonly #open = new SmallestFirst<Group>();
  /** Places in memory, taken ones included. */
  #held = 0;
  /** Of these, what is not in the store any more; in a batch they would stand before messages of their group. */
  readonly #vanished = new Set<number>();
  #cursor = 0;
  #isCaughtUp: boolean;
  #loading: Promise<void> | undefined;
  #cameWhileLoading = false;
  /** When the youngest messages came: they may be delayed, wherever they lie. Kept only where there is a delay. */
  #sendTimes: FirstInFirstOut<number> | undefined;

  /** `delayMs` is the queue's own and holds for messages that are in it already (documented for FIFO queues). */
  constructor({ store, boxId }: OrderOptions, counts: { readonly undelayed: number }, delayMs: () => number) {
    this.#store = store;
    this.#boxId = boxId;
    this.#delayMs = delayMs;
    this.#isCaughtUp = counts.undelayed === 0;
  }

  added(place: Place): void {
    this.#sendTimes?.push(place.sentAtMs);
    if (place.sequence <= this.#cursor) return;
    if (this.#isCaughtUp && this.#loading === undefined && this.#held < inFlightMax) {
      this.#hold(place);
      return;
    }
    this.#isCaughtUp = false;
    this.#cameWhileLoading = true;
  }

  async prepare(count: number, nowMs: number): Promise<void> {
    while (this.#loading !== undefined) await this.#loading;
    if (!this.#needsMore(count, nowMs)) return;
    this.#loading = this.#load(count, nowMs).finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  /** As many of one group as there are, then of the next (documented). */
  take(count: number, nowMs: number): Place[] {
    const taken: Place[] = [];
    while (taken.length < count) {
      const first = this.#firstOpen();
      // Groups are by age: if this one's first message is not due, none is.
      if (first === undefined || !this.#isDue(first.head.sentAtMs, nowMs)) break;
      this.#open.pop();
      const { group } = first;
      let next: Place | undefined = first.head;
      while (next !== undefined && taken.length < count && this.#isDue(next.sentAtMs, nowMs)) {
        dropFirst(group);
        group.taken++;
        taken.push(next);
        next = this.#head(group);
      }
    }
    return taken;
  }

  putBack(place: Place): void {
    const group = this.#groupOf(place);
    const after = group.returned.findIndex((other) => other.sequence > place.sequence);
    group.returned.splice(after < 0 ? group.returned.length : after, 0, place);
    this.#settle(group);
  }

  removed(place: Place): void {
    this.#held--;
    this.#settle(this.#groupOf(place));
  }

  vanished(sequence: number): void {
    if (sequence <= this.#cursor) this.#vanished.add(sequence);
  }

  async delayedCount(nowMs: number): Promise<number> {
    const delayMs = this.#delayMs();
    if (delayMs === 0) {
      this.#sendTimes = undefined;
      return 0;
    }
    this.#sendTimes ??= await this.#readSendTimes(nowMs);
    const oldestMs = nowMs - SQS_LIMITS.delaySecondsMax * 1000;
    while ((this.#sendTimes.peek() ?? Number.POSITIVE_INFINITY) <= oldestMs) this.#sendTimes.shift();
    return this.#sendTimes.countFromEnd((timeMs) => timeMs + delayMs > nowMs);
  }

  nextDueMs(nowMs: number): number | undefined {
    const sentAtMs = this.#firstOpen()?.head.sentAtMs;
    if (sentAtMs === undefined || this.#isDue(sentAtMs, nowMs)) return undefined;
    return sentAtMs + this.#delayMs();
  }

  #isDue(sentAtMs: number, nowMs: number): boolean {
    return sentAtMs + this.#delayMs() <= nowMs;
  }

  #needsMore(count: number, nowMs: number): boolean {
    if (this.#isCaughtUp || this.#held >= inFlightMax) return false;
    const first = this.#firstOpen();
    if (first === undefined) return true;
    return this.#open.size < count && this.#isDue(first.head.sentAtMs, nowMs);
  }

  /** Page by page until enough groups are open. */
  async #load(count: number, nowMs: number): Promise<void> {
    while (this.#needsMore(count, nowMs)) {
      this.#cameWhileLoading = false;
      const page = await this.#store.placesAfter(this.#boxId, this.#cursor, placesOfPage);
      for (const place of page) this.#hold(place);
      this.#isCaughtUp = page.length < placesOfPage && !this.#cameWhileLoading;
    }
  }

  #hold(place: Place): void {
    this.#cursor = place.sequence;
    this.#held++;
    const group = this.#groupOf(place);
    const wasEmpty = group.returned.length === 0 && group.pending.length === 0;
    group.pending.push(place);
    if (wasEmpty && group.taken === 0) this.#open.push(place.sequence, group);
  }

  #groupOf({ groupId: id = "" }: Place): Group {
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const group = { id, pending: new FirstInFirstOut<Place>(), returned: [], taken: 0 };
    this.#groups.set(id, group);
    return group;
  }

  #settle(group: Group): void {
    group.taken--;
    if (group.taken === 0) this.#reopen(group);
  }

  #reopen(group: Group): void {
    const head = this.#head(group);
    if (head === undefined) this.#groups.delete(group.id);
    else this.#open.push(head.sequence, group);
  }

  /** The open group that is served first. One whose first messages have vanished goes to where its next one belongs. */
  #firstOpen(): { readonly group: Group; readonly head: Place } | undefined {
    for (;;) {
      const first = this.#open.peek();
      if (first === undefined) return undefined;
      const group = first.item;
      const head = this.#head(group);
      if (head?.sequence === first.key) return { group, head };
      this.#open.pop();
      this.#reopen(group);
    }
  }

  /** Without those that have vanished. */
  #head(group: Group): Place | undefined {
    for (;;) {
      const first = group.returned[0] ?? group.pending.peek();
      if (first === undefined || !this.#vanished.delete(first.sequence)) return first;
      this.#held--;
      dropFirst(group);
    }
  }

  async #readSendTimes(nowMs: number): Promise<FirstInFirstOut<number>> {
    const sinceMs = nowMs - SQS_LIMITS.delaySecondsMax * 1000;
    const times = new FirstInFirstOut<number>();
    for (const timeMs of await this.#store.sendTimesSince(this.#boxId, sinceMs)) times.push(timeMs);
    return times;
  }
}

function dropFirst({ returned, pending }: Group): void {
  if (returned.length > 0) returned.shift();
  else pending.shift();
}
