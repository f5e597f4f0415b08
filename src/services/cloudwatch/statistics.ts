/** Statistics by their names: the five plain ones, percentiles and what is made of a part of the values. */
import type { MetricAggregate } from "../../model/mod.ts";
import { invalidValue } from "./errors.ts";

/** Undefined where the values do not tell. */
export type Statistic = (values: MetricAggregate) => number | undefined;

const PLAIN: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};

/** Whether it takes no more than count, sum and extremes. */
export function isPlain(name: string): boolean {
  return Object.hasOwn(PLAIN, name);
}

const PERCENTILE = /^p(\d{1,3}(?:\.\d{1,10})?)$/i;
const TRIMMED = /^(tm|tc|ts|wm)(\d{1,3}(?:\.\d{1,10})?)$/;
const RANGE = /^(TM|TC|TS|WM|PR)\((\d+(?:\.\d+)?)?(%?):(\d+(?:\.\d+)?)?(%?)\)$/;

type Kind = "TM" | "TC" | "TS" | "WM" | "PR";

/** Throws InvalidParameterValue. Source: "CloudWatch statistics definitions" page. */
export function statisticOf(name: string): Statistic {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain !== undefined) return plain;
  if (name === "IQM") return between("TM", 25, 75);
  const percent = PERCENTILE.exec(name)?.[1];
  if (percent !== undefined && Number(percent) <= 100) {
    return (values) => values.percentile(Number(percent));
  }
  const [, kind, upTo] = TRIMMED.exec(name) ?? [];
  if (kind !== undefined && Number(upTo) <= 100) return between(kind.toUpperCase() as Kind, 0, Number(upTo));
  const statistic = rangeOf(name);
  if (statistic === undefined)
    throw invalidValue(`The value ${name.slice(0, 100)} for a statistic is not supported.`);
  return statistic;
}

function rangeOf(name: string): Statistic | undefined {
  const [, kind, low, lowUnit, high, highUnit] = RANGE.exec(name) ?? [];
  if (kind === undefined || (low === undefined && high === undefined)) return undefined;
  const isPercent = lowUnit === "%" || highUnit === "%";
  if (!isPercent) {
    const from = low === undefined ? Number.NEGATIVE_INFINITY : Number(low);
    const until = high === undefined ? Number.POSITIVE_INFINITY : Number(high);
    return (values) => madeOf(kind as Kind, values, from, until);
  }
  if (kind === "PR") return undefined;
  return between(kind as Kind, Number(low ?? 0), Number(high ?? 100));
}

/** Of the values between two percentiles. */
function between(kind: Kind, lowPercent: number, highPercent: number): Statistic {
  return (values) => {
    const from = lowPercent <= 0 ? Number.NEGATIVE_INFINITY : values.percentile(lowPercent);
    const until = values.percentile(highPercent);
    return from === undefined || until === undefined ? undefined : madeOf(kind, values, from, until);
  };
}

function madeOf(kind: Kind, values: MetricAggregate, from: number, until: number): number | undefined {
  const all = values.ascending();
  if (all.length === 0) return undefined;
  let count = 0;
  let sum = 0;
  for (const [value, times] of all) {
    if (kind === "WM") {
      // Winsorised: what lies outside counts as if it lay at the edge.
      sum += Math.min(until, Math.max(from, value)) * times;
      count += times;
    } else if (value >= from && value <= until) {
      sum += value * times;
      count += times;
    }
  }
  if (kind === "TC") return count;
  if (kind === "TS") return sum;
  if (kind === "PR") return (100 * count) / values.count;
  return count === 0 ? undefined : sum / count;
}
