/** Cold starts: the server counts them since its start, so what came in a time is the difference of two readings. Pure. */
import { parseSamples } from "./prometheus-text.ts";

const COLD_STARTS = "lambkin_cold_starts_total";
/** Fifteen minutes of a reading every five seconds. */
const READINGS_MAX = 180;
const BARS_MAX = 30;

/** Counts since the server's start. */
export interface Reading {
  readonly atMs: number;
  readonly byFunction: ReadonlyMap<string, number>;
}

export interface Bar {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly count: number;
}

export function readingOf(
  text: string,
  place: { readonly account: string; readonly region: string },
): Reading {
  const byFunction = new Map<string, number>();
  for (const { name, labels, value } of parseSamples(text)) {
    const isHere = labels["account"] === place.account && labels["region"] === place.region;
    if (name === COLD_STARTS && isHere) byFunction.set(labels["function"] ?? "", value);
  }
  return { atMs: Date.now(), byFunction };
}

/** All functions' without a name. */
export function totalOf({ byFunction }: Reading, functionName: string | undefined): number {
  if (functionName !== undefined) return byFunction.get(functionName) ?? 0;
  return byFunction.values().reduce((sum, value) => sum + value, 0);
}

/** Forgets the oldest where there are too many. */
export function withReading(readings: readonly Reading[], latest: Reading): Reading[] {
  return [...readings, latest].slice(-READINGS_MAX);
}

/** What came between readings; the latest last. A count that went back is a server that started anew: it counts from nothing. */
export function barsOf(readings: readonly Reading[], functionName: string | undefined): Bar[] {
  const bars: Bar[] = [];
  for (const [place, reading] of readings.entries()) {
    const before = readings[place - 1];
    if (before === undefined) continue;
    const [was, is] = [totalOf(before, functionName), totalOf(reading, functionName)];
    bars.push({ fromMs: before.atMs, untilMs: reading.atMs, count: is < was ? is : is - was });
  }
  return together(bars);
}

/** Neighbours are put together until there are few enough to be told apart. */
function together(bars: readonly Bar[]): Bar[] {
  const size = Math.ceil(bars.length / BARS_MAX);
  if (size <= 1) return [...bars];
  const joined: Bar[] = [];
  for (let start = 0; start < bars.length; start += size) {
    const part = bars.slice(start, start + size);
    const [first, last] = [part[0], part.at(-1)];
    if (first === undefined || last === undefined) continue;
    const count = part.reduce((sum, bar) => sum + bar.count, 0);
    joined.push({ fromMs: first.fromMs, untilMs: last.untilMs, count });
  }
  return joined;
}
