/**
 * How fast a function may get new environments for its calls: so many in ten seconds, refilled all the time and never saved up.
 * Warm calls do not come here. Source: "Understanding Lambda function scaling" page, concurrency scaling rate.
 */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { Scope } from "../../model/mod.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Functions that are remembered before those with a full bucket are forgotten. */
const REMEMBERED_MAX = 1000;

export class ScalingRate {
  readonly #clock: Clock;
  readonly #environmentsMax: number;
  readonly #buckets = new Map<string, TokenBucket>();
  #sweepAt = REMEMBERED_MAX;

  constructor(clock: Clock, environmentsMax: number = LAMBDA_LIMITS.scalingEnvironmentsMax) {
    this.#clock = clock;
    this.#environmentsMax = environmentsMax;
  }

  /** Whether the function may have one more environment now; then it counts. */
  allows({ accountId, region }: Scope, functionName: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const key = `${accountId}/${region}/${functionName}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#sweepAt) this.#forgetFull(nowMs);
      bucket = new TokenBucket(
        this.#environmentsMax,
        this.#environmentsMax / LAMBDA_LIMITS.scalingWindowMs,
        nowMs,
      );
      this.#buckets.set(key, bucket);
    }
    return bucket.take(nowMs);
  }

  #forgetFull(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.isFull(nowMs)) this.#buckets.delete(key);
    }
    this.#sweepAt = Math.max(REMEMBERED_MAX, 2 * this.#buckets.size);
  }
}
