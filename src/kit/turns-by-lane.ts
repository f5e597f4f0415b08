/** Items that wait in lanes. The lanes take turns, so that a long one does not hold up the others; within one, order is kept. */
import { FirstInFirstOut } from "./first-in-first-out.ts";

export class TurnsByLane<T> {
  /** In the order of their turns; none is empty. */
  readonly #lanes = new Map<string, FirstInFirstOut<T>>();
  #count = 0;

  get length(): number {
    return this.#count;
  }

  push(lane: string, item: T): void {
    this.#count++;
    const waiting = this.#lanes.get(lane);
    if (waiting !== undefined) {
      waiting.push(item);
      return;
    }
    const first = new FirstInFirstOut<T>();
    first.push(item);
    this.#lanes.set(lane, first);
  }

  /** The next in the lane whose turn it is; undefined when nothing waits. */
  shift(): T | undefined {
    const [next] = this.#lanes;
    if (next === undefined) return undefined;
    this.#count--;
    const [lane, waiting] = next;
    const item = waiting.shift();
    this.#lanes.delete(lane);
    if (waiting.length > 0) this.#lanes.set(lane, waiting);
    return item;
  }
}
