/** Which charts there are, and what CloudWatch is asked for them. Pure; docs/decisions/0017 says what is counted with which dimensions. */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { MetricSeries } from "../../kit/cloud-watch.ts";
import { type Span, timesOf } from "./range.ts";

/** Whose metrics: the account's without a function; `qualifier` is what callers named after the colon, "" for no colon. */
export interface Subject {
  readonly functionName: string | undefined;
  readonly qualifier: string | undefined;
}

export type Unit = "count" | "milliseconds" | "percent";

interface Line {
  readonly id: string;
  readonly title: string;
  readonly metric: string;
  readonly statistic: string;
  /** What values are multiplied by, to be in the chart's unit. */
  readonly factor?: number;
}

interface ChartPlan {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly kind: "line" | "area";
  readonly lines: readonly Line[];
  /** Shown only where there are values. */
  readonly isRare?: boolean;
  /** Not told apart by what callers named. */
  readonly isOfWholeFunction?: boolean;
}

export interface Point {
  readonly x: Date;
  readonly y: number;
}

export interface DrawnLine {
  readonly title: string;
  readonly points: readonly Point[];
  /** One value for the whole range. */
  readonly summary: number;
}

export interface DrawnChart extends Pick<ChartPlan, "id" | "title" | "unit" | "kind"> {
  readonly description: string | undefined;
  /** Empty where there is no value at all. */
  readonly lines: readonly DrawnLine[];
}

const INVOCATIONS = "invocations";
const ERRORS = "errors";
const SUCCESS_RATE = "success-rate";

const PLANS: readonly ChartPlan[] = [
  {
    ...{ id: "calls", title: "Invocations and errors", unit: "count", kind: "line" },
    lines: [
      { id: INVOCATIONS, title: "Invocations", metric: "Invocations", statistic: "Sum" },
      { id: ERRORS, title: "Errors", metric: "Errors", statistic: "Sum" },
    ],
  },
  { id: SUCCESS_RATE, title: "Success rate", unit: "percent", kind: "line", lines: [] },
  {
    ...{ id: "duration", title: "Duration", unit: "milliseconds", kind: "line" },
    lines: [
      { id: "p50", title: "p50", metric: "Duration", statistic: "p50" },
      { id: "p95", title: "p95", metric: "Duration", statistic: "p95" },
      { id: "p99", title: "p99", metric: "Duration", statistic: "p99" },
    ],
  },
  {
    ...{ id: "throttles", title: "Throttles", unit: "count", kind: "line" },
    lines: [{ id: "throttled", title: "Throttles", metric: "Throttles", statistic: "Sum" }],
  },
  {
    ...{ id: "concurrency", title: "Concurrent executions", unit: "count", kind: "area" },
    isOfWholeFunction: true,
    lines: [
      { id: "concurrent", title: "Most at once", metric: "ConcurrentExecutions", statistic: "Maximum" },
    ],
  },
  {
    ...{ id: "async", title: "Asynchronous events", unit: "count", kind: "line" },
    lines: [
      { id: "received", title: "Received", metric: "AsyncEventsReceived", statistic: "Sum" },
      { id: "dropped", title: "Dropped", metric: "AsyncEventsDropped", statistic: "Sum" },
    ],
  },
  {
    ...{ id: "age", title: "Age of asynchronous events", unit: "milliseconds", kind: "line" },
    lines: [
      { id: "ageaverage", title: "Average", metric: "AsyncEventAge", statistic: "Average" },
      { id: "agemaximum", title: "Oldest", metric: "AsyncEventAge", statistic: "Maximum" },
    ],
  },
  {
    ...{ id: "undelivered", title: "Failed deliveries", unit: "count", kind: "line", isRare: true },
    isOfWholeFunction: true,
    lines: [
      { id: "deadletters", title: "To dead-letter queues", metric: "DeadLetterErrors", statistic: "Sum" },
      {
        ...{ id: "destinations", title: "To destinations" },
        ...{ metric: "DestinationDeliveryFailures", statistic: "Sum" },
      },
    ],
  },
  {
    ...{ id: "provisioned", title: "Provisioned concurrency", unit: "count", kind: "area", isRare: true },
    lines: [
      {
        ...{ id: "inuse", title: "In use, at most" },
        ...{ metric: "ProvisionedConcurrentExecutions", statistic: "Maximum" },
      },
    ],
  },
  {
    ...{ id: "utilization", title: "Provisioned concurrency utilization", unit: "percent", kind: "area" },
    isRare: true,
    lines: [
      {
        ...{ id: "used", title: "At most", factor: 100 },
        ...{ metric: "ProvisionedConcurrencyUtilization", statistic: "Maximum" },
      },
    ],
  },
  {
    ...{ id: "provisionedcalls", title: "Invocations of provisioned functions", unit: "count", kind: "line" },
    isRare: true,
    lines: [
      {
        ...{ id: "served", title: "On provisioned environments" },
        ...{ metric: "ProvisionedConcurrencyInvocations", statistic: "Sum" },
      },
      {
        ...{ id: "spillover", title: "Spilled over to others" },
        ...{ metric: "ProvisionedConcurrencySpilloverInvocations", statistic: "Sum" },
      },
    ],
  },
];

export function queriesOf(subject: Subject, periodSeconds: number): MetricDataQuery[] {
  return PLANS.flatMap(({ lines, isOfWholeFunction = false }) =>
    lines.map(({ id, metric, statistic }) => ({
      Id: id,
      MetricStat: {
        Metric: {
          Namespace: "AWS/Lambda",
          MetricName: metric,
          Dimensions: dimensionsOf(subject, isOfWholeFunction),
        },
        Period: periodSeconds,
        Stat: statistic,
      },
    })),
  );
}

function dimensionsOf(
  { functionName, qualifier }: Subject,
  isOfWholeFunction: boolean,
): { Name: string; Value: string }[] {
  if (functionName === undefined) return [];
  const own = [{ Name: "FunctionName", Value: functionName }];
  if (qualifier === undefined || isOfWholeFunction) return own;
  const resource = qualifier === "" ? functionName : `${functionName}:${qualifier}`;
  return [...own, { Name: "Resource", Value: resource }];
}

/** What is drawn of the answers to `queriesOf`. */
export function drawn(series: readonly MetricSeries[], span: Span, subject: Subject): DrawnChart[] {
  const byId = new Map(series.map(({ id, points }) => [id, points]));
  const charts = PLANS.map((plan): DrawnChart & { readonly isRare: boolean } => {
    const all = plan.lines.map((line) => ({ line, points: byId.get(line.id) ?? new Map() }));
    const hasValues = all.some(({ points }) => points.size > 0);
    const lines =
      plan.id === SUCCESS_RATE
        ? successRate(byId.get(INVOCATIONS), byId.get(ERRORS))
        : all.map(({ line, points }) => drawnLine(line, plan.unit, points, span));
    const isWider = plan.isOfWholeFunction === true && (subject.qualifier ?? "") !== "";
    return {
      ...{ id: plan.id, title: plan.title, unit: plan.unit, kind: plan.kind },
      description: isWider ? "Of the whole function" : undefined,
      lines: plan.id === SUCCESS_RATE || hasValues ? lines : [],
      isRare: plan.isRare === true,
    };
  });
  return charts.filter(({ isRare, lines }) => !isRare || lines.length > 0);
}

function drawnLine(
  { title, statistic, factor = 1 }: Line,
  unit: Unit,
  answered: ReadonlyMap<number, number>,
  span: Span,
): DrawnLine {
  const points = new Map([...answered].map(([at, value]) => [at, value * factor] as const));
  const values = [...points.values()];
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const summary = statistic === "Sum" ? values.reduce((sum, value) => sum + value, 0) : largest;
  // Where nothing was counted there was nothing; how long nothing took, nobody can say.
  const all: Iterable<readonly [number, number]> =
    unit === "count" ? timesOf(span).map((at) => [at, points.get(at) ?? 0] as const) : points;
  return { title, points: pointsOf(all), summary };
}

function successRate(
  invocations: ReadonlyMap<number, number> | undefined,
  errors: ReadonlyMap<number, number> | undefined,
): DrawnLine[] {
  const rates = new Map<number, number>();
  let [calls, failed] = [0, 0];
  for (const [at, count] of invocations ?? []) {
    if (count === 0) continue;
    const bad = errors?.get(at) ?? 0;
    calls += count;
    failed += bad;
    rates.set(at, percentOf(count, bad));
  }
  if (calls === 0) return [];
  return [{ title: "Success rate", points: pointsOf(rates), summary: percentOf(calls, failed) }];
}

export function percentOf(calls: number, failed: number): number {
  return 100 * (1 - failed / calls);
}

function pointsOf(values: Iterable<readonly [number, number]>): Point[] {
  return [...values].map(([at, y]) => ({ x: new Date(at), y }));
}

/** A line of one point could not be seen: it is drawn as long as the period that it stands for. */
export function visible(points: readonly Point[], periodSeconds: number): readonly Point[] {
  const [only, second] = points;
  if (only === undefined || second !== undefined) return points;
  return [only, { x: new Date(only.x.getTime() + periodSeconds * 1000), y: only.y }];
}
