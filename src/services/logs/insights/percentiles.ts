/** Percentiles of many numbers in little room: exact while they are few, then within half a percent of the true value. */

const EXACT_MAX = 10_000;
/** Each bucket is this much wider than the one before: what lies in it is within half a percent of its middle. */
const GROWTH = 1.01;
const LOG_GROWTH = Math.log(GROWTH);

export class Percentiles {
  #exact: number[] | undefined = [];
  /** By sign and the logarithm of the size. */
  readonly #buckets = new Map<number, number>();
  #negative = new Map<number, number>();
  #zeros = 0;
  #count = 0;

  /** Returns how many numbers it newly holds. */
  add(value: number): number {
    this.#count++;
    if (this.#exact !== undefined && this.#exact.length < EXACT_MAX) {
      this.#exact.push(value);
      return 1;
    }
    if (this.#exact !== undefined) {
      for (const each of this.#exact) this.#put(each);
      this.#exact = undefined;
    }
    this.#put(value);
    return 0;
  }

  /** By linear interpolation between neighbours where it is exact. */
  at(percent: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = (Math.min(100, Math.max(0, percent)) / 100) * (this.#count - 1);
    if (this.#exact !== undefined) {
      const sorted = this.#exact.toSorted((a, b) => a - b);
      const low = sorted[Math.floor(rank)] ?? 0;
      const high = sorted[Math.ceil(rank)] ?? low;
      return low + (high - low) * (rank - Math.floor(rank));
    }
    let passed = 0;
    for (const [value, count] of this.#inOrder()) {
      passed += count;
      if (passed > rank) return value;
    }
    return undefined;
  }

  #put(value: number): void {
    if (value === 0) {
      this.#zeros++;
      return;
    }
    const buckets = value > 0 ? this.#buckets : this.#negative;
    const bucket = Math.ceil(Math.log(Math.abs(value)) / LOG_GROWTH);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }

  *#inOrder(): Generator<readonly [value: number, count: number]> {
    const middle = (bucket: number) => (2 * GROWTH ** bucket) / (1 + GROWTH);
    for (const [bucket, count] of [...this.#negative].sort(([a], [b]) => b - a))
      yield [-middle(bucket), count];
    yield [0, this.#zeros];
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) yield [middle(bucket), count];
  }
}
