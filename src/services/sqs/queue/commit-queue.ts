/** Group commit: what many requests write at the same time shares one transaction, so one wait for the disk. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { QueueStore, QueueWrite, WriteResult } from "../../../store/mod.ts";

export type WriteResults = readonly (WriteResult | undefined)[];

interface Waiting {
  readonly writes: readonly QueueWrite[];
  /** Runs after the commit, in the order of the commits, before anybody else learns of it. */
  readonly apply: (results: WriteResults) => void;
  readonly resolve: (results: WriteResults) => void;
  readonly reject: (reason: unknown) => void;
}

export class CommitQueue {
  readonly #store: QueueStore;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(store: QueueStore) {
    this.#store = store;
  }

  /** Resolves when the writes are durable; rejects when they could not be had, and then none of them is there. */
  add(writes: readonly QueueWrite[], apply: (results: WriteResults) => void): Promise<WriteResults> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, apply, resolve, reject });
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  /** Resolves when all that was added before is committed or refused. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // A turn of the loop lets every request that has already arrived put its writes into this commit.
      await new Promise((resolve) => setImmediate(resolve));
      const group = this.#takeGroup();
      const writes = group.flatMap((each) => each.writes);
      try {
        const results = await this.#store.commit(writes);
        let place = 0;
        for (const { writes: own, apply, resolve } of group) {
          const mine = results.slice(place, place + own.length);
          place += own.length;
          apply(mine);
          resolve(mine);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
  }

  #takeGroup(): Waiting[] {
    let count = 0;
    let writes = 0;
    for (const each of this.#waiting) {
      if (count > 0 && writes + each.writes.length > SQS_LIMITS.commitWritesMax) break;
      writes += each.writes.length;
      count++;
    }
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return group;
  }
}
