/** How aggregates become rows of the metric database, and rows aggregates. */
import { MetricAggregate } from "../../model/mod.ts";

export const MINUTE_MS = 60_000;

type Row = Record<string, unknown>;

export function aggregateOf(row: Row): MetricAggregate {
  const numbers = {
    count: Number(row["count"]),
    sum: Number(row["sum"]),
    minimum: Number(row["minimum"]),
    maximum: Number(row["maximum"]),
  };
  const distribution = row["distribution"];
  return MetricAggregate.of(numbers, distribution instanceof Uint8Array ? distribution : undefined);
}

/** In the order count, sum, minimum, maximum, distribution. */
export function valueColumns(values: MetricAggregate): [number, number, number, number, Uint8Array | null] {
  const { count, sum, minimum, maximum } = values;
  return [count, sum, minimum, maximum, values.encodeDistribution() ?? null];
}
