/** Lets a bounded number of sandbox starts run at the same time: more would only slow each other down. */

export class StartQueue {
  readonly #parallelMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parallelMax: number) {
    this.#parallelMax = parallelMax;
  }

  /** Runs `work` when there is room, in the order of asking. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#parallelMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      // The place goes straight to who waits longest.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
