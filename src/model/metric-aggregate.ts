/**
 * What is kept of a metric's values: count, sum, extremes, and how they are distributed. The distribution is a count for
 * each of a row of buckets whose bounds grow by a constant factor, so that a percentile is off by at most one per cent of
 * itself whatever the values are. Method: Masson, Rim, Lee, "DDSketch" (2019).
 */
import { METRICS_LIMITS } from "../config/mod.ts";

const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** Smaller ones count as zero. The other end is the largest value that CloudWatch takes. */
const SMALLEST = 2 ** -360;
/** Makes the number of every bucket of positive values positive; all fit in 16 bits with a sign. */
const OFFSET = 12_500;
const BYTES_OF_BUCKET = 6;

export class MetricAggregate {
  count = 0;
  sum = 0;
  minimum = Number.POSITIVE_INFINITY;
  maximum = Number.NEGATIVE_INFINITY;
  /** Undefined as long as all values are the same: then count and minimum say it all. */
  #buckets: Map<number, number> | undefined;
  /** Some values are known only as a sum. */
  #isBlurred = false;

  /** `count`: how often the value occurred. */
  add(value: number, count = 1): void {
    if (this.#buckets === undefined && this.count > 0 && value !== this.minimum) this.#spread();
    this.#buckets?.set(bucketOf(value), (this.#buckets.get(bucketOf(value)) ?? 0) + count);
    this.count += count;
    this.sum += value * count;
    if (value < this.minimum) this.minimum = value;
    if (value > this.maximum) this.maximum = value;
    if (this.#buckets !== undefined && this.#buckets.size > METRICS_LIMITS.bucketsMax) this.#collapse();
  }

  /** Values of which only this is known; percentiles are lost unless they are all the same. */
  addSummary(count: number, sum: number, minimum: number, maximum: number): void {
    if (count === 0) return;
    if (minimum === maximum) {
      this.add(minimum, count);
      return;
    }
    this.#isBlurred = true;
    this.#buckets = undefined;
    this.count += count;
    this.sum += sum;
    if (minimum < this.minimum) this.minimum = minimum;
    if (maximum > this.maximum) this.maximum = maximum;
  }

  merge(other: MetricAggregate): void {
    if (other.count === 0) return;
    if (this.count > 0 && (this.minimum !== other.minimum || other.minimum !== other.maximum)) this.#spread();
    if (other.#isBlurred) this.#isBlurred = true;
    else if (this.count === 0) this.#buckets = other.#buckets && new Map(other.#buckets);
    else if (this.#buckets !== undefined) {
      for (const [bucket, count] of other.#bucketsNow()) {
        this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
      }
      if (this.#buckets.size > METRICS_LIMITS.bucketsMax) this.#collapse();
    }
    if (this.#isBlurred) this.#buckets = undefined;
    this.count += other.count;
    this.sum += other.sum;
    if (other.minimum < this.minimum) this.minimum = other.minimum;
    if (other.maximum > this.maximum) this.maximum = other.maximum;
  }

  /** Off by at most one per cent. Undefined where the distribution is not known, or there are no values. */
  percentile(percent: number): number | undefined {
    if (this.count === 0 || this.#isBlurred) return undefined;
    if (percent <= 0) return this.minimum;
    if (percent >= 100) return this.maximum;
    const rank = (percent / 100) * this.count;
    let passed = 0;
    for (const [value, count] of this.ascending()) {
      passed += count;
      if (passed >= rank) return value;
    }
    return this.maximum;
  }

  /** Values with how often they occurred, within one per cent; empty where the distribution is not known. */
  ascending(): (readonly [value: number, count: number])[] {
    if (this.count === 0 || this.#isBlurred) return [];
    return [...this.#bucketsNow()]
      .sort(([one], [other]) => one - other)
      .map(([bucket, count]) => [this.#within(middleOf(bucket)), count] as const);
  }

  /** Undefined where count and extremes say all there is to say. */
  encodeDistribution(): Uint8Array | undefined {
    if (this.#buckets === undefined || this.minimum === this.maximum) return undefined;
    const bytes = new DataView(new ArrayBuffer(this.#buckets.size * BYTES_OF_BUCKET));
    let at = 0;
    for (const [bucket, count] of this.#buckets) {
      bytes.setInt16(at, bucket);
      bytes.setFloat32(at + 2, count);
      at += BYTES_OF_BUCKET;
    }
    return new Uint8Array(bytes.buffer);
  }

  /** `distribution` as it was encoded. */
  static of(
    numbers: { count: number; sum: number; minimum: number; maximum: number },
    distribution: Uint8Array | undefined,
  ): MetricAggregate {
    const result = new MetricAggregate();
    Object.assign(result, numbers);
    if (distribution !== undefined) {
      const bytes = new DataView(distribution.buffer, distribution.byteOffset, distribution.byteLength);
      const buckets = new Map<number, number>();
      for (let at = 0; at < bytes.byteLength; at += BYTES_OF_BUCKET) {
        buckets.set(bytes.getInt16(at), bytes.getFloat32(at + 2));
      }
      result.#buckets = buckets;
    } else result.#isBlurred = numbers.minimum !== numbers.maximum;
    return result;
  }

  #within(value: number): number {
    return Math.min(this.maximum, Math.max(this.minimum, value));
  }

  #bucketsNow(): ReadonlyMap<number, number> {
    return this.#buckets ?? new Map([[bucketOf(this.minimum), this.count]]);
  }

  #spread(): void {
    if (!this.#isBlurred) this.#buckets ??= new Map([[bucketOf(this.minimum), this.count]]);
  }

  /** The smallest values lose their sharpness first: nobody looks at low percentiles of such a wide range. */
  #collapse(): void {
    const buckets = this.#buckets as Map<number, number>;
    const lowest = [...buckets.keys()].sort((one, other) => one - other);
    const tooMany = buckets.size - METRICS_LIMITS.bucketsMax;
    const kept = lowest[tooMany] ?? 0;
    for (const bucket of lowest.slice(0, tooMany)) {
      buckets.set(kept, (buckets.get(kept) ?? 0) + (buckets.get(bucket) ?? 0));
      buckets.delete(bucket);
    }
  }
}

/** Ascends with the value; 0 is zero's own. */
function bucketOf(value: number): number {
  const size = Math.abs(value);
  if (size < SMALLEST) return 0;
  const bucket = Math.ceil(Math.log(size) / LOG_GAMMA) + OFFSET;
  return value < 0 ? -bucket : bucket;
}

/** The middle of the bucket: no value in it is further away than the relative error. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const value = (2 * GAMMA ** (Math.abs(bucket) - OFFSET)) / (GAMMA + 1);
  return bucket < 0 ? -value : value;
}
