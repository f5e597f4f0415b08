/**
 * How many batches of one mapping may be in flight: few at first, more for each second in which all of them are, the first
 * number again when the queue is quiet. A throttled batch keeps its place and nothing new is read beside it, so a
 * function's reservation sets the pace and no message is received only to wait.
 */
import { POLLER_LIMITS } from "../../config/mod.ts";
import type { MappingSettings } from "../../model/mod.ts";

const SECOND_MS = 1000;

export interface ConcurrencyBounds {
  readonly atStart: number;
  readonly max: number;
}

/** The queue's own, or what provisioned mode says. */
export function concurrencyBounds({
  ScalingConfig,
  ProvisionedPollerConfig,
}: Pick<MappingSettings, "ScalingConfig" | "ProvisionedPollerConfig">): ConcurrencyBounds {
  const { batchesAtStart, batchesMax, batchesOfPoller } = POLLER_LIMITS;
  if (ProvisionedPollerConfig !== undefined) {
    const min = Number(ProvisionedPollerConfig["MinimumPollers"] ?? POLLER_LIMITS.provisionedPollersMin);
    const max = Number(ProvisionedPollerConfig["MaximumPollers"] ?? POLLER_LIMITS.provisionedPollersMax);
    return { atStart: min * batchesOfPoller, max: Math.max(min, max) * batchesOfPoller };
  }
  const max = ScalingConfig?.MaximumConcurrency ?? batchesMax;
  return { atStart: Math.min(batchesAtStart, max), max };
}

export class BatchConcurrency {
  #bounds: ConcurrencyBounds;
  #limit: number;
  #inFlight = 0;
  /** Of the batches in flight. */
  #bytes = 0;
  #throttled = 0;
  /** On a monotonic clock. */
  #fullSinceMs: number | undefined;

  constructor(bounds: ConcurrencyBounds) {
    this.#bounds = bounds;
    this.#limit = bounds.atStart;
  }

  get limit(): number {
    return this.#limit;
  }

  get hasRoom(): boolean {
    return this.#throttled === 0 && this.#inFlight < this.#limit && !this.#isFullOfBytes;
  }

  get #isFullOfBytes(): boolean {
    return this.#bytes >= POLLER_LIMITS.batchBytesInFlightMax;
  }

  /** All places are taken. Milliseconds until `grow` gives more; undefined where only a batch's end makes room. */
  full(nowMs: number): number | undefined {
    if (this.#throttled > 0 || this.#limit >= this.#bounds.max || this.#isFullOfBytes) return undefined;
    this.#fullSinceMs ??= nowMs;
    return Math.max(0, this.#fullSinceMs + SECOND_MS - nowMs);
  }

  begin(bytes: number): void {
    this.#inFlight++;
    this.#bytes += bytes;
  }

  end(bytes: number): void {
    this.#inFlight--;
    this.#bytes -= bytes;
  }

  /** To be followed by `admitted`. As many as run now are enough for a while. */
  throttled(): void {
    this.#throttled++;
    this.#fullSinceMs = undefined;
    this.#limit = Math.max(1, this.#inFlight - this.#throttled);
  }

  admitted(): void {
    this.#throttled--;
  }

  /** More places once a second, for as long as messages find them taken. */
  grow(nowMs: number): void {
    if (this.#fullSinceMs === undefined || nowMs - this.#fullSinceMs < SECOND_MS) return;
    this.#fullSinceMs = undefined;
    this.#limit = Math.min(this.#limit + POLLER_LIMITS.batchesMorePerSecond, this.#bounds.max);
  }

  /** The queue was empty. */
  quiet(): void {
    this.#fullSinceMs = undefined;
    this.#limit = this.#bounds.atStart;
  }

  reconfigure(bounds: ConcurrencyBounds): void {
    this.#bounds = bounds;
    this.#limit = Math.min(Math.max(this.#limit, bounds.atStart), bounds.max);
  }
}
