/**
 * Who waits for a place to run in, in the order they came: a place that becomes free wakes one of them. So functions that share
 * the account's places take turns, and the backlog of one keeps no other out. Sources: none, AWS tells of its queues only
 * that they are per function.
 */

interface Waiter {
  readonly functionName: string;
  readonly wake: () => void;
}

/** Of functions without a reservation; no function is called so. */
const SHARED = "";

/** Of one account and region. */
export class PlaceLine {
  readonly #lines = new Map<string, Set<Waiter>>();

  /** Returns how to leave the line; who is woken has left it. `isShared`: the function has no places of its own. */
  join(functionName: string, isShared: boolean, wake: () => void): () => void {
    const key = isShared ? SHARED : functionName;
    const line = this.#lines.get(key) ?? new Set();
    this.#lines.set(key, line);
    const waiter = { functionName, wake };
    line.add(waiter);
    return () => this.#leave(key, waiter);
  }

  /** A shared place, or one of the function's own. */
  freed(functionName: string, isShared: boolean): void {
    const key = isShared ? SHARED : functionName;
    const [first] = this.#lines.get(key) ?? [];
    if (first !== undefined) this.#wake(key, first);
  }

  /** A place that only this function can take, though it shares the others. */
  freedFor(functionName: string): void {
    for (const key of [SHARED, functionName]) {
      for (const waiter of this.#lines.get(key) ?? []) {
        if (waiter.functionName !== functionName) continue;
        this.#wake(key, waiter);
        return;
      }
    }
  }

  /** What functions may have was changed. */
  changed(): void {
    for (const [key, line] of [...this.#lines]) for (const waiter of [...line]) this.#wake(key, waiter);
  }

  #wake(key: string, waiter: Waiter): void {
    this.#leave(key, waiter);
    waiter.wake();
  }

  #leave(key: string, waiter: Waiter): void {
    const line = this.#lines.get(key);
    if (line?.delete(waiter) === true && line.size === 0) this.#lines.delete(key);
  }
}
