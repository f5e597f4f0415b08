/**
 * The subscription and metric filters that are in force, and the events that pass them. Events are only noted as they come;
 * they are matched a little later, in short turns, so that no filter slows down whoever prints.
 */
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Clock } from "../../../kit/mod.ts";
import type { LogEvent, LogStreamRef, PutMetric, Scope } from "../../../model/mod.ts";
import type { LogFilterRecord, LogFilterStore } from "../../../store/mod.ts";
import { MetricFilter } from "./metric-filter.ts";
import { SubscriptionFilter, type SubscriptionTargets } from "./subscription-filter.ts";

export interface LogFiltersOptions {
  readonly store: LogFilterStore;
  readonly clock: Clock;
  readonly targets: SubscriptionTargets;
  readonly putMetric: PutMetric;
  readonly reportFault: (error: unknown) => void;
}

/** One filter of either kind at work. */
export interface ActiveFilter {
  /** Sees each event of its group, in order. */
  take(stream: LogStreamRef, event: LogEvent): void;
  /** Resolves when what it took has gone where it goes. */
  flush(): Promise<void>;
  /** It takes no more. What it has taken still goes out. */
  retire(): void;
}

interface Known {
  readonly generation: number;
  readonly filters: readonly ActiveFilter[] | undefined;
}

export class LogFilters {
  readonly #options: LogFiltersOptions;
  /** Those on record, those that somebody attached, and both together. */
  readonly #recorded = new Map<string, readonly ActiveFilter[]>();
  readonly #attached = new Map<string, readonly ActiveFilter[]>();
  #byGroup = new Map<string, readonly ActiveFilter[]>();
  /** Grows with each change of `#byGroup`: what is remembered of streams from before no longer counts. */
  #generation = 0;
  #byStream = new WeakMap<LogStreamRef, Known>();
  #waiting: { filters: readonly ActiveFilter[]; stream: LogStreamRef; event: LogEvent }[] = [];
  #unseen = 0;
  #matching: Promise<void> | undefined;

  constructor(options: LogFiltersOptions) {
    this.#options = options;
  }

  /** Puts those in force that are on record. */
  async open(): Promise<void> {
    const byGroup = Map.groupBy(await this.#options.store.listFilters(undefined, {}), keyOfRecord);
    for (const [key, records] of byGroup) this.#replace(key, records);
  }

  /** After a change of the group's filters. */
  async refresh(scope: Scope, group: string): Promise<void> {
    const records = await this.#options.store.listFilters(scope, { group });
    this.#replace(keyOf({ ...scope, group }), records);
  }

  /** In force until it is detached; on nobody's record. */
  attach(scope: Scope, group: string, filter: ActiveFilter): void {
    const key = keyOf({ ...scope, group });
    this.#attached.set(key, [...(this.#attached.get(key) ?? []), filter]);
    this.#merge(key);
  }

  detach(scope: Scope, group: string, filter: ActiveFilter): void {
    const key = keyOf({ ...scope, group });
    const left = (this.#attached.get(key) ?? []).filter((other) => other !== filter);
    if (left.length === 0) this.#attached.delete(key);
    else this.#attached.set(key, left);
    this.#merge(key);
  }

  /** A LogTap. */
  readonly take = (stream: LogStreamRef, event: LogEvent): void => {
    if (this.#byGroup.size === 0) return;
    let known = this.#byStream.get(stream);
    if (known === undefined || known.generation !== this.#generation) {
      known = { generation: this.#generation, filters: this.#byGroup.get(keyOf(stream)) };
      this.#byStream.set(stream, known);
    }
    if (known.filters === undefined) return;
    if (this.#waiting.length >= LOGS_LIMITS.filterWaitingEventsMax) {
      this.#unseen++;
      return;
    }
    this.#waiting.push({ filters: known.filters, stream, event });
    this.#matching ??= this.#match().finally(() => {
      this.#matching = undefined;
    });
  };

  /** Resolves when every event that came before the call has been matched and brought where it goes. */
  async flush(): Promise<void> {
    await this.#matching;
    await Promise.all([...this.#byGroup.values()].flat().map((filter) => filter.flush()));
  }

  /** What waits goes out first. */
  async close(): Promise<void> {
    await this.flush();
    for (const filter of [...this.#byGroup.values()].flat()) filter.retire();
    this.#byGroup = new Map();
    this.#generation++;
  }

  async #match(): Promise<void> {
    const { clock, reportFault } = this.#options;
    do {
      await new Promise((resolve) => setImmediate(resolve));
      const waiting = this.#waiting;
      this.#waiting = [];
      let turnEndsMs = clock.monotonicMs() + LOGS_LIMITS.filterSliceMs;
      for (const { filters, stream, event } of waiting) {
        for (const filter of filters) filter.take(stream, event);
        if (clock.monotonicMs() < turnEndsMs) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turnEndsMs = clock.monotonicMs() + LOGS_LIMITS.filterSliceMs;
      }
      if (this.#unseen > 0) {
        reportFault(new Error(`${this.#unseen} log events came too fast for the filters of their groups.`));
        this.#unseen = 0;
      }
    } while (this.#waiting.length > 0);
  }

  #replace(key: string, records: readonly LogFilterRecord[]): void {
    for (const filter of this.#recorded.get(key) ?? []) filter.retire();
    this.#recorded.set(
      key,
      records.map((record) => this.#activate(record)),
    );
    if (records.length === 0) this.#recorded.delete(key);
    this.#merge(key);
  }

  #merge(key: string): void {
    const filters = [...(this.#recorded.get(key) ?? []), ...(this.#attached.get(key) ?? [])];
    if (filters.length === 0) this.#byGroup.delete(key);
    else this.#byGroup.set(key, filters);
    this.#generation++;
  }

  #activate(record: LogFilterRecord): ActiveFilter {
    return record.kind === "metric"
      ? new MetricFilter(record, this.#options)
      : new SubscriptionFilter(record, this.#options);
  }
}

function keyOfRecord({ scope, group }: LogFilterRecord): string {
  return keyOf({ ...scope, group });
}

function keyOf({ accountId, region, group }: Omit<LogStreamRef, "stream">): string {
  return `${accountId}/${region}/${group}`;
}
