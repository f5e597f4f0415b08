/** The functions of metric math. Source: "Using math expressions with CloudWatch metrics" page. */
import { validationFailed } from "../errors.ts";
import {
  eachSeries,
  finite,
  isMany,
  isSeries,
  mapPoints,
  type TimeSeries,
  type Value,
} from "./time-series.ts";

/** What an expression is evaluated in. */
export interface Grid {
  /** Of the request: every period's beginning, epoch milliseconds. */
  readonly timesMs: readonly number[];
  readonly periodMs: number;
}

type MathFunction = (args: readonly Value[], grid: Grid) => Value;

type Fold = (values: readonly number[]) => number;

const sum: Fold = (values) => values.reduce((total, value) => total + value, 0);
const average: Fold = (values) => sum(values) / values.length;
const deviation: Fold = (values) => {
  const mean = average(values);
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
};

/** Of one series a number, of several one series: at each time, over those that have a point there. */
function folding(fold: Fold): MathFunction {
  return ([value]) => {
    if (value !== undefined && isSeries(value)) return fold([...value.points.values()]);
    if (value === undefined || !isMany(value)) throw needsSeries();
    return { label: "", points: finite(byTime(value).map(([time, values]) => [time, fold(values)])) };
  };
}

function byTime(all: readonly TimeSeries[]): [number, number[]][] {
  const times = new Map<number, number[]>();
  for (const { points } of all) {
    for (const [time, value] of points) {
      const values = times.get(time);
      if (values === undefined) times.set(time, [value]);
      else values.push(value);
    }
  }
  return [...times].sort(([one], [other]) => one - other);
}

/** On each number. */
function pointwise(change: (value: number) => number): MathFunction {
  return ([value]) => {
    if (typeof value === "number") return change(value);
    return eachSeries(value ?? "", (series) => mapPoints(series, change));
  };
}

/** With the point before; the first has none. */
function stepwise(change: (step: number, seconds: number) => number): MathFunction {
  return ([value]) =>
    eachSeries(value ?? "", (series) => {
      let before: readonly [number, number] | undefined;
      return mapPoints(series, (now, time) => {
        const last = before;
        before = [time, now];
        return last === undefined ? undefined : change(now - last[1], (time - last[0]) / 1000);
      });
    });
}

/** `REPEAT`, `LINEAR`, a number, or a series that is already on the grid. */
const fill: MathFunction = ([value, how], grid) =>
  eachSeries(value ?? "", ({ label, points }) => {
    if (how === "REPEAT" || how === "LINEAR") return { label, points: finite(between(points, grid, how)) };
    if (typeof how !== "number" && (how === undefined || !isSeries(how))) {
      throw validationFailed("FILL takes a number, REPEAT, LINEAR or a time series.");
    }
    const other = (time: number): number | undefined =>
      typeof how === "number" ? how : how.points.get(time);
    return { label, points: finite(grid.timesMs.map((time) => [time, points.get(time) ?? other(time)])) };
  });

/** Gaps between two points that are known; what comes after the last is repeated, too. */
function between(
  points: ReadonlyMap<number, number>,
  grid: Grid,
  how: "REPEAT" | "LINEAR",
): [number, number | undefined][] {
  const known = [...points].sort(([one], [other]) => one - other);
  // How many of the known are not later than the time at hand.
  let passed = 0;
  return grid.timesMs.map((time) => {
    while ((known[passed]?.[0] ?? Number.POSITIVE_INFINITY) <= time) passed++;
    const before = known[passed - 1];
    const after = known[passed];
    if (before === undefined || before[0] === time || how === "REPEAT") return [time, before?.[1]];
    if (after === undefined) return [time, undefined];
    const share = (time - before[0]) / (after[0] - before[0]);
    return [time, before[1] + share * (after[1] - before[1])];
  });
}

const choose: MathFunction = ([condition, yes, no], grid) => {
  if (typeof condition === "number") return (condition === 0 ? no : yes) ?? { label: "", points: new Map() };
  if (condition === undefined || !isSeries(condition)) throw needsSeries();
  const at = (value: Value | undefined, time: number): number | undefined => {
    if (typeof value === "number") return value;
    return value !== undefined && isSeries(value) ? value.points.get(time) : undefined;
  };
  const points = grid.timesMs.map((time): [number, number | undefined] => {
    const test = condition.points.get(time);
    return [time, test === undefined ? undefined : at(test === 0 ? no : yes, time)];
  });
  return { label: "", points: finite(points) };
};

function edge(pick: (values: readonly number[]) => number | undefined): MathFunction {
  return ([value]) => {
    if (value !== undefined && isMany(value)) {
      const series = value.at(pick === first ? 0 : -1);
      return series ?? { label: "", points: new Map() };
    }
    if (value === undefined || !isSeries(value)) throw needsSeries();
    return pick([...value.points.values()]) ?? { label: "", points: new Map() };
  };
}

const first = (values: readonly number[]): number | undefined => values[0];

const runningSum: MathFunction = ([value]) =>
  eachSeries(value ?? "", (series) => {
    let total = 0;
    return mapPoints(series, (each) => {
      total += each;
      return total;
    });
  });

export const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ABS: pointwise(Math.abs),
  CEIL: pointwise(Math.ceil),
  FLOOR: pointwise(Math.floor),
  LOG: pointwise(Math.log),
  LOG10: pointwise(Math.log10),
  SUM: folding(sum),
  AVG: folding(average),
  MIN: folding((values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)),
  MAX: folding((values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)),
  STDDEV: folding(deviation),
  DIFF: stepwise((step) => step),
  RATE: stepwise((step, seconds) => step / seconds),
  FILL: fill,
  IF: choose,
  FIRST: edge(first),
  LAST: edge((values) => values.at(-1)),
  METRIC_COUNT: ([value]) => (value !== undefined && isMany(value) ? value.length : 1),
  PERIOD: (_, grid) => grid.periodMs / 1000,
  RUNNING_SUM: runningSum,
  TIME_SERIES: ([value], grid) => {
    if (typeof value !== "number") throw validationFailed("TIME_SERIES takes a number.");
    return { label: "", points: new Map(grid.timesMs.map((time) => [time, value])) };
  },
};

function needsSeries(): Error {
  return validationFailed("A time series is needed where the expression has none.");
}
