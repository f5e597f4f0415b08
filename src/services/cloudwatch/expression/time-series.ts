/** What expressions calculate with. */
import { validationFailed } from "../errors.ts";

export interface TimeSeries {
  readonly label: string;
  /** By epoch milliseconds, in order. */
  readonly points: ReadonlyMap<number, number>;
}

export type Value = number | string | TimeSeries | readonly TimeSeries[];

export function isMany(value: Value): value is readonly TimeSeries[] {
  return Array.isArray(value);
}

export function isSeries(value: Value): value is TimeSeries {
  return typeof value === "object" && !isMany(value);
}

/** Each series of the value changed; throws ValidationError for what is none. */
export function eachSeries(value: Value, change: (series: TimeSeries) => TimeSeries): Value {
  if (isMany(value)) return value.map(change);
  if (isSeries(value)) return change(value);
  throw validationFailed("A time series is needed where the expression has none.");
}

/** Points without a number are left out. */
export function mapPoints(
  series: TimeSeries,
  change: (value: number, timeMs: number) => number | undefined,
): TimeSeries {
  return {
    label: series.label,
    points: finite([...series.points].map(([time, value]) => [time, change(value, time)])),
  };
}

export function finite(points: Iterable<readonly [number, number | undefined]>): Map<number, number> {
  const kept = new Map<number, number>();
  for (const [time, value] of points) {
    if (value !== undefined && Number.isFinite(value)) kept.set(time, value);
  }
  return kept;
}
