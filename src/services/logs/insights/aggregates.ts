/** The functions of `stats`: each gathers values and says at the end what they come to. Source: "stats" page. */
import { Percentiles } from "./percentiles.ts";
import { compare, numberOf, textOf, type Value } from "./values.ts";

export interface Gathering {
  /** `args` as the call has them; `time` is the event's, epoch milliseconds. Returns how many values it newly holds. */
  add(args: readonly Value[], time: number): number;
  result(): Value;
}

export interface Aggregate {
  readonly args: readonly [least: number, most: number];
  begin(): Gathering;
}

export const AGGREGATES: ReadonlyMap<string, Aggregate> = new Map<string, Aggregate>([
  ["count", { args: [0, 1], begin: () => counting() }],
  ["count_distinct", { args: [1, 2], begin: () => distinct() }],
  ["sum", ofNumbers(() => running((all) => all.sum))],
  ["avg", ofNumbers(() => running((all) => all.sum / all.count))],
  ["stddev", ofNumbers(() => running((all) => Math.sqrt(Math.max(0, all.squares / all.count))))],
  ["min", { args: [1, 1], begin: () => best((value, kept) => compare(value, kept) < 0) }],
  ["max", { args: [1, 1], begin: () => best((value, kept) => compare(value, kept) > 0) }],
  ["sortsfirst", { args: [1, 1], begin: () => best((value, kept) => textOf(value) < textOf(kept)) }],
  ["sortslast", { args: [1, 1], begin: () => best((value, kept) => textOf(value) > textOf(kept)) }],
  ["earliest", { args: [1, 1], begin: () => atTime((time, kept) => time < kept) }],
  ["latest", { args: [1, 1], begin: () => atTime((time, kept) => time > kept) }],
  ["pct", { args: [2, 2], begin: () => percentile() }],
  ["percentile", { args: [2, 2], begin: () => percentile() }],
  ["median", { args: [1, 1], begin: () => percentile(50) }],
]);

/** Without an argument every event counts. */
function counting(): Gathering {
  let count = 0;
  return {
    add(args) {
      if (args.length === 0 || args[0] !== undefined) count++;
      return 0;
    },
    result: () => count,
  };
}

function distinct(): Gathering {
  const seen = new Set<string>();
  return {
    add([value]) {
      const before = seen.size;
      if (value !== undefined) seen.add(textOf(value));
      return seen.size - before;
    },
    result: () => seen.size,
  };
}

interface Sums {
  count: number;
  sum: number;
  mean: number;
  /** Of the differences from the mean (Welford 1962: exact where plain sums of squares are not). */
  squares: number;
}

function ofNumbers(begin: () => Gathering): Aggregate {
  return { args: [1, 1], begin };
}

function running(result: (sums: Sums) => number): Gathering {
  const all: Sums = { count: 0, sum: 0, mean: 0, squares: 0 };
  return {
    add([value]) {
      const number = numberOf(value);
      if (number === undefined) return 0;
      all.count++;
      all.sum += number;
      const apart = number - all.mean;
      all.mean += apart / all.count;
      all.squares += apart * (number - all.mean);
      return 0;
    },
    result: () => (all.count === 0 ? undefined : result(all)),
  };
}

function best(isBetter: (value: Value, kept: Value) => boolean): Gathering {
  let kept: Value;
  return {
    add([value]) {
      if (value !== undefined && (kept === undefined || isBetter(value, kept))) kept = value;
      return 0;
    },
    result: () => kept,
  };
}

function atTime(isBetter: (time: number, kept: number) => boolean): Gathering {
  let kept: Value;
  let keptTime: number | undefined;
  return {
    add([value], time) {
      if (value === undefined || (keptTime !== undefined && !isBetter(time, keptTime))) return 0;
      kept = value;
      keptTime = time;
      return 0;
    },
    result: () => kept,
  };
}

function percentile(fixed?: number): Gathering {
  const values = new Percentiles();
  let wanted = fixed;
  return {
    add([value, percent]) {
      wanted ??= numberOf(percent);
      const number = numberOf(value);
      return number === undefined ? 0 : values.add(number);
    },
    result: () => (wanted === undefined ? undefined : values.at(wanted)),
  };
}
