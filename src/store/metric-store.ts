/** The contract of what keeps metrics: values of a minute as one aggregate, older ones rolled up. */
import type { MetricAggregate, Scope } from "../model/mod.ts";

/** What one row of values belongs to. Units do not mix: the same metric in two units is two series. */
export interface MetricSeries {
  readonly scope: Scope;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** As CloudWatch names it; `None` where it was not said. */
  readonly unit: string;
}

export interface MetricWrite {
  readonly series: MetricSeries;
  /** Epoch milliseconds of the minute's beginning. */
  readonly startMs: number;
  readonly values: MetricAggregate;
}

export interface MetricRange {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Undefined: all units. */
  readonly unit: string | undefined;
  /** Epoch milliseconds: inclusive, exclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Undefined: as stored, with distributions. Else without them, put together for so many milliseconds, from `fromMs` on. */
  readonly periodMs?: number | undefined;
}

export interface StoredMetric {
  readonly unit: string;
  /** Of the minute, or of the longer time that it was rolled up into, or of the period that was asked for. */
  readonly startMs: number;
  readonly values: MetricAggregate;
}

export type MetricName = Pick<MetricSeries, "namespace" | "name" | "dimensions">;

export interface MetricListQuery {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Each must be there; with that value, where one is given. */
  readonly dimensions: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Epoch milliseconds: only metrics with a value since. */
  readonly activeSinceMs: number;
  /** The last one of the page before. */
  readonly after?: MetricName | undefined;
  readonly limit: number;
}

export interface MetricStore {
  /** Adds to what is there already; one transaction. What belongs to one series too many is left out and counted. */
  add(writes: readonly MetricWrite[]): Promise<{ readonly dropped: number }>;
  /** In order of time; several of the same time where units differ. */
  read(scope: Scope, range: MetricRange): Promise<StoredMetric[]>;
  /** By namespace, name and dimensions; each once, whatever its units. */
  list(scope: Scope, query: MetricListQuery): Promise<MetricName[]>;
  /** Rolls up and removes what is too old, then the oldest until the file is within its bound. */
  enforceBounds(nowMs: number): Promise<void>;
}
