/** Adds values up in memory, by metric and minute, and writes them in batches: whoever measures never waits for the store. */
import { METRICS_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import { MetricAggregate, type MetricDatum } from "../../model/mod.ts";
import type { MetricSeries, MetricStore, MetricWrite } from "../../store/mod.ts";

const MINUTE_MS = 60_000;

export interface MetricBufferOptions {
  readonly store: MetricStore;
  readonly clock: Clock;
  /** Told when a batch could not be written (its values are lost), and once when there are too many metrics. */
  readonly reportFault: (error: unknown) => void;
}

/** One metric that values are added to; whoever adds often keeps it. */
export class Meter {
  readonly series: MetricSeries;
  readonly #waiting: Set<Meter>;
  readonly #wake: () => void;
  /** The last minute that was added to, and its values; others that wait beside it. */
  #minute = -1;
  #values: MetricAggregate | undefined;
  #others: Map<number, MetricAggregate> | undefined;

  constructor(series: MetricSeries, waiting: Set<Meter>, wake: () => void) {
    this.series = series;
    this.#waiting = waiting;
    this.#wake = wake;
  }

  /** `timestampMs`: epoch milliseconds. Returns at once, never throws. */
  add(timestampMs: number, value: number, count = 1): void {
    this.#of(timestampMs).add(value, count);
  }

  addSummary(timestampMs: number, count: number, sum: number, minimum: number, maximum: number): void {
    this.#of(timestampMs).addSummary(count, sum, minimum, maximum);
  }

  /** What waits to be written; it waits no more. */
  take(): MetricWrite[] {
    const writes: MetricWrite[] = [];
    const write = (minute: number, values: MetricAggregate): void => {
      writes.push({ series: this.series, startMs: minute * MINUTE_MS, values });
    };
    if (this.#values !== undefined) write(this.#minute, this.#values);
    for (const [minute, values] of this.#others ?? []) write(minute, values);
    this.#values = undefined;
    this.#others = undefined;
    return writes;
  }

  #of(timestampMs: number): MetricAggregate {
    const minute = Math.floor(timestampMs / MINUTE_MS);
    if (this.#values !== undefined && minute === this.#minute) return this.#values;
    if (this.#values === undefined) {
      this.#waiting.add(this);
      this.#wake();
    } else {
      this.#others ??= new Map();
      this.#others.set(this.#minute, this.#values);
    }
    this.#minute = minute;
    this.#values = this.#others?.get(minute) ?? new MetricAggregate();
    this.#others?.delete(minute);
    return this.#values;
  }
}

export class MetricBuffer {
  readonly #options: MetricBufferOptions;
  #waiting = new Set<Meter>();
  /** Meters of metrics that come as data, until there are too many of them. */
  readonly #meters = new Map<string, Meter>();
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #hasReportedDrop = false;

  constructor(options: MetricBufferOptions) {
    this.#options = options;
  }

  /** A meter of one's own, to be kept by whoever adds often. Several of the same series may be. */
  meter(series: MetricSeries): Meter {
    return new Meter(series, this.#waiting, () => this.#wake());
  }

  /** One value, for those who come seldom. Returns at once, never throws; what is no number is left out. */
  put(datum: MetricDatum): void {
    if (!Number.isFinite(datum.value)) return;
    this.meterOf(datum).add(datum.timestampMs, datum.value, datum.count ?? 1);
  }

  /** Found by what it is of. */
  meterOf({ scope, namespace, name, dimensions, unit }: MetricSeries): Meter {
    const pairs = Object.entries(dimensions);
    const key = JSON.stringify([scope.accountId, scope.region, namespace, name, unit, pairs]);
    let meter = this.#meters.get(key);
    if (meter === undefined) {
      if (this.#meters.size >= METRICS_LIMITS.rememberedFunctionsMax) this.#meters.clear();
      const { accountId, region } = scope;
      meter = this.meter({ scope: { accountId, region }, namespace, name, dimensions, unit });
      this.#meters.set(key, meter);
    }
    return meter;
  }

  /** Resolves when everything added before the call can be read from the store. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    // What is being written is not waiting any more, and not there yet either.
    while (this.#writing !== undefined) await this.#writing;
    if (this.#waiting.size === 0) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Writes what waits. The store may be closed then. */
  async close(): Promise<void> {
    await this.flush();
    this.#timer?.cancel();
  }

  #wake(): void {
    const isFull = this.#waiting.size === METRICS_LIMITS.waitingMetricsMax;
    if (this.#timer !== undefined && !isFull) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(isFull ? 0 : METRICS_LIMITS.writeDelayMs, () => {
      this.#timer = undefined;
      void this.flush();
    });
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const writes = Array.from(this.#waiting, (meter) => meter.take()).flat();
    this.#waiting.clear();
    const { writeBatchMinutes } = METRICS_LIMITS;
    for (let at = 0; at < writes.length; at += writeBatchMinutes) {
      // Requests are served between two batches.
      if (at > 0) await new Promise((resolve) => setImmediate(resolve));
      await this.#writeBatch(writes.slice(at, at + writeBatchMinutes));
    }
  }

  async #writeBatch(batch: readonly MetricWrite[]): Promise<void> {
    const { store, reportFault } = this.#options;
    try {
      const { dropped } = await store.add(batch);
      if (dropped === 0 || this.#hasReportedDrop) return;
      this.#hasReportedDrop = true;
      reportFault(new Error(`more than ${METRICS_LIMITS.seriesMax} metrics: values of new ones are dropped`));
    } catch (error) {
      reportFault(error);
    }
  }
}
