/** A metric's values by period. */
import { METRICS_LIMITS } from "../../config/mod.ts";
import { MetricAggregate, type Scope } from "../../model/mod.ts";
import type { MetricStore } from "../../store/mod.ts";
import { invalidValue, validationFailed } from "./errors.ts";

export const MINUTE_MS = 60_000;

export interface DimensionInput {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

export interface DataQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string | undefined;
  /** Epoch milliseconds: where the first period begins, and the end, exclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly periodMs: number;
  /** Only count, sum and extremes are wanted: that is much quicker. */
  readonly isPlain: boolean;
}

export interface DataPoint {
  /** Of the period's beginning. */
  readonly startMs: number;
  readonly unit: string;
  readonly values: MetricAggregate;
}

/** In order of time; units apart where `unitsApart`, else all of a period together. */
export async function dataPoints(
  store: MetricStore,
  scope: Scope,
  query: DataQuery,
  unitsApart = false,
): Promise<DataPoint[]> {
  const { fromMs, untilMs, periodMs, isPlain } = query;
  if (untilMs - fromMs > METRICS_LIMITS.queryMinutesMax * MINUTE_MS) {
    throw invalidValue("The time between StartTime and EndTime is too long.");
  }
  const range = { ...query, periodMs: isPlain ? periodMs : undefined };
  const points = new Map<string, DataPoint>();
  for (const { unit, startMs, values } of await store.read(scope, range)) {
    const start = fromMs + Math.floor((startMs - fromMs) / periodMs) * periodMs;
    const key = unitsApart ? `${start}/${unit}` : String(start);
    let point = points.get(key);
    if (point === undefined) {
      point = { startMs: start, unit, values: new MetricAggregate() };
      points.set(key, point);
    }
    point.values.merge(values);
  }
  return [...points.values()];
}

export function dimensionsOf(given: readonly DimensionInput[] | undefined): Record<string, string> {
  return Object.fromEntries((given ?? []).map(({ Name = "", Value = "" }) => [Name, Value]));
}

export function dimensionList(
  dimensions: Readonly<Record<string, string>>,
): { Name: string; Value: string }[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

export function minuteOf(time: Date | undefined): number {
  return Math.floor((time?.getTime() ?? 0) / MINUTE_MS) * MINUTE_MS;
}

/** Throws InvalidParameterValue. What is asked for below a minute comes by the minute: nothing finer is kept. */
export function periodMsOf(seconds: number | undefined): number {
  const period = seconds ?? 0;
  const isFine = [1, 5, 10, 20, 30].includes(period);
  if (!isFine && (period < 60 || period % 60 !== 0)) {
    throw invalidValue("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
  }
  return Math.max(period * 1000, MINUTE_MS);
}

/** Throws ValidationError unless both are times, in this order. */
export function checkTimes(start: Date | undefined, end: Date | undefined): void {
  const [startMs, endMs] = [start?.getTime() ?? Number.NaN, end?.getTime() ?? Number.NaN];
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) throw validationFailed("A timestamp is not valid.");
  if (startMs >= endMs) {
    throw validationFailed("The parameter StartTime must be less than the parameter EndTime.");
  }
}
