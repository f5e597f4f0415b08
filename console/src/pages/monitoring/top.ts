/** The functions that were called most in a time, by CloudWatch's SEARCH. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { MetricSeries } from "../../kit/cloud-watch.ts";
import { percentOf } from "./charts.ts";

export interface FunctionCalls {
  readonly functionName: string;
  readonly invocations: number;
  readonly errors: number;
  readonly throttles: number;
  /** Percent; undefined where nothing ran. */
  readonly successRate: number | undefined;
  readonly longestMs: number | undefined;
}

const SEARCHES = [
  { id: "invocations", metric: "Invocations", statistic: "Sum" },
  { id: "errors", metric: "Errors", statistic: "Sum" },
  { id: "throttles", metric: "Throttles", statistic: "Sum" },
  { id: "longest", metric: "Duration", statistic: "Maximum" },
] as const;

export function topQueries(periodSeconds: number): MetricDataQuery[] {
  return SEARCHES.map(({ id, metric, statistic }) => ({
    Id: id,
    Expression: `SEARCH('{AWS/Lambda,FunctionName} MetricName="${metric}"', '${statistic}', ${periodSeconds})`,
    Period: periodSeconds,
  }));
}

/** Most called first. A label is the function's name and the metric's. */
export function callsOf(series: readonly MetricSeries[]): FunctionCalls[] {
  const byName = new Map<string, Map<string, number>>();
  for (const { id, label, points } of series) {
    if (points.size === 0) continue;
    const name = label.slice(0, label.lastIndexOf(" "));
    const own = byName.get(name) ?? new Map<string, number>();
    const values = [...points.values()];
    own.set(id, id === "longest" ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0));
    byName.set(name, own);
  }
  const all = [...byName].map(([functionName, own]): FunctionCalls => {
    const [invocations, errors] = [own.get("invocations") ?? 0, own.get("errors") ?? 0];
    return {
      ...{ functionName, invocations, errors, throttles: own.get("throttles") ?? 0 },
      successRate: invocations === 0 ? undefined : percentOf(invocations, errors),
      longestMs: own.get("longest"),
    };
  });
  return all
    .filter(({ invocations, throttles }) => invocations + throttles > 0)
    .sort((a, b) => b.invocations - a.invocations || a.functionName.localeCompare(b.functionName));
}
