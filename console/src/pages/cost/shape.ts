/** Usage by day and by function: what the charts and tables of the cost page draw. Pure. */
import type { Cost, DayLine } from "./usage.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export interface FunctionCost {
  readonly functionName: string;
  readonly requests: number;
  readonly billedMs: number;
  readonly gbSeconds: number;
  readonly cost: number;
  /** Of the cost of all functions, 0 to 1. */
  readonly share: number;
}

export interface DayCost {
  readonly day: string;
  readonly requests: number;
  readonly compute: number;
  readonly other: number;
}

/** Every UTC day from `from` to `to`, both included, with or without use. */
export function costByDay(lines: readonly DayLine[], from: string, to: string): DayCost[] {
  const byDay = Map.groupBy(lines, (line) => line.day);
  const all: DayCost[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    const costs = (byDay.get(day) ?? []).map((line) => line.cost);
    all.push({
      day,
      requests: sum(costs, (cost) => cost.requests),
      compute: sum(costs, (cost) => cost.compute),
      other: sum(costs, otherCost),
    });
  }
  return all;
}

/** Dearest first. */
export function costByFunction(lines: readonly DayLine[]): FunctionCost[] {
  const whole = sum(lines, (line) => line.cost.total);
  const all = [...Map.groupBy(lines, (line) => line.functionName)].map(([functionName, own]) => {
    const cost = sum(own, (line) => line.cost.total);
    return {
      functionName,
      requests: sum(own, (line) => line.requests),
      billedMs: sum(own, (line) => line.billedMs),
      gbSeconds: sum(own, (line) => line.gbSeconds),
      cost,
      share: whole === 0 ? 0 : cost / whole,
    };
  });
  return all.sort((a, b) => b.cost - a.cost || a.functionName.localeCompare(b.functionName));
}

/** What is neither a request nor the time functions ran. */
export function otherCost(cost: Cost): number {
  return cost.provisionedConcurrency + cost.ephemeralStorage + cost.streaming + cost.snapStart;
}

export type Period = "month" | "last-month" | "week" | "30-days";

/** UTC days, both included. */
export function daysOf(period: Period, nowMs: number): { readonly from: string; readonly to: string } {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const now = new Date(nowMs);
  const today = day(nowMs);
  switch (period) {
    case "month":
      return { from: `${today.slice(0, 7)}-01`, to: today };
    case "last-month":
      return {
        from: day(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)),
        to: day(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0)),
      };
    case "week":
      return { from: day(nowMs - 6 * DAY_MS), to: today };
    case "30-days":
      return { from: day(nowMs - 29 * DAY_MS), to: today };
  }
}

/** `$12.34`, and as many digits as a part of a cent needs to be seen: `$0.0000042`. */
export function money(dollars: number): string {
  if (dollars === 0) return "$0";
  if (Math.abs(dollars) >= 0.01) {
    return `$${dollars.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  }
  return `$${dollars.toLocaleString("en", { maximumSignificantDigits: 2, maximumFractionDigits: 20 })}`;
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
