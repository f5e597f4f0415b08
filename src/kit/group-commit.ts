/** What many write at the same time shares one transaction, so one wait for the disk. */

export interface GroupCommitOptions<Write, Result> {
  /** All or nothing, in the order given; results at the same places. */
  readonly commit: (writes: readonly Write[]) => Promise<readonly Result[]>;
  /** Of one transaction. */
  readonly writesMax: number;
}

interface Waiting<Write, Result> {
  readonly writes: readonly Write[];
  readonly apply: (results: readonly Result[]) => void;
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (reason: unknown) => void;
}

export class GroupCommit<Write, Result> {
  readonly #options: GroupCommitOptions<Write, Result>;
  #waiting: Waiting<Write, Result>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: GroupCommitOptions<Write, Result>) {
    this.#options = options;
  }

  /**
   * Resolves when the writes are durable; rejects when they could not be had, and then none of them is there. `apply` runs
   * after the commit, in the order of the commits, before anybody else learns of it.
   */
  add(
    writes: readonly Write[],
    apply: (results: readonly Result[]) => void = () => {},
  ): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, apply, resolve, reject });
      this.#running ??= this.#run();
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
      try {
        const results = await this.#options.commit(group.flatMap(({ writes }) => writes));
        let place = 0;
        for (const { writes, apply, resolve } of group) {
          const mine = results.slice(place, place + writes.length);
          place += writes.length;
          apply(mine);
          resolve(mine);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    // At once, not when the promise settles: who was just told may write again before that, and must start another run.
    this.#running = undefined;
  }

  #takeGroup(): Waiting<Write, Result>[] {
    let writes = 0;
    let count = 0;
    for (const each of this.#waiting) {
      if (count > 0 && writes + each.writes.length > this.#options.writesMax) break;
      writes += each.writes.length;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
