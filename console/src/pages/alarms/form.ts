/** What the alarm's form holds, and the request that it becomes. Pure. */
import type {
  ComparisonOperator,
  MetricAlarm,
  PutMetricAlarmInput,
  StandardUnit,
  Statistic,
} from "@aws-sdk/client-cloudwatch";
import { functionOf } from "./words.ts";

const NAMESPACE = "AWS/Lambda";
const PLAIN_STATISTICS: readonly string[] = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];
const PERCENTILES: readonly string[] = ["p50", "p90", "p95", "p99"];

export const STATISTICS: readonly string[] = [...PLAIN_STATISTICS, ...PERCENTILES];

export const METRICS: readonly { readonly name: string; readonly statistic: string }[] = [
  { name: "Errors", statistic: "Sum" },
  { name: "Invocations", statistic: "Sum" },
  { name: "Throttles", statistic: "Sum" },
  { name: "Duration", statistic: "p95" },
  { name: "ConcurrentExecutions", statistic: "Maximum" },
  { name: "AsyncEventsReceived", statistic: "Sum" },
  { name: "AsyncEventAge", statistic: "Maximum" },
  { name: "AsyncEventsDropped", statistic: "Sum" },
  { name: "DeadLetterErrors", statistic: "Sum" },
  { name: "DestinationDeliveryFailures", statistic: "Sum" },
  { name: "ProvisionedConcurrencySpilloverInvocations", statistic: "Sum" },
];

export const PERIOD_SECONDS: readonly number[] = [60, 300, 900, 3600, 21_600, 86_400];

/** Numbers are as they were typed. */
export interface AlarmForm {
  readonly name: string;
  readonly description: string;
  /** "" for all functions together. */
  readonly functionName: string;
  readonly metric: string;
  readonly statistic: string;
  readonly comparison: string;
  readonly threshold: string;
  readonly periodSeconds: number;
  readonly periods: string;
  readonly periodsToAlarm: string;
  readonly missing: string;
}

export const NEW_ALARM: AlarmForm = {
  ...{ name: "", description: "", functionName: "", metric: "Errors", statistic: "Sum" },
  ...{ comparison: "GreaterThanThreshold", threshold: "0", periodSeconds: 60 },
  ...{ periods: "1", periodsToAlarm: "1", missing: "notBreaching" },
};

export function formOf(alarm: MetricAlarm): AlarmForm {
  const { EvaluationPeriods = 1 } = alarm;
  return {
    name: alarm.AlarmName ?? "",
    description: alarm.AlarmDescription ?? "",
    functionName: functionOf(alarm) ?? "",
    metric: alarm.MetricName ?? "",
    statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? "",
    comparison: alarm.ComparisonOperator ?? "",
    threshold: String(alarm.Threshold ?? 0),
    periodSeconds: alarm.Period ?? 60,
    periods: String(EvaluationPeriods),
    periodsToAlarm: String(alarm.DatapointsToAlarm ?? EvaluationPeriods),
    missing: alarm.TreatMissingData ?? "missing",
  };
}

/** An alarm of something else (an expression, another namespace, a version's metric) would become another one by this form. */
export function isSimple({ Metrics, Namespace, Dimensions = [] }: MetricAlarm): boolean {
  const isOfFunction = Dimensions.every(({ Name }) => Name === "FunctionName");
  return Metrics === undefined && Namespace === NAMESPACE && isOfFunction;
}

export type Mistakes = Partial<Record<keyof AlarmForm, string>>;

export function mistakesIn(form: AlarmForm): Mistakes {
  const periods = Number(form.periods);
  const isWhole = (text: string): boolean => /^\d+$/.test(text.trim()) && Number(text) > 0;
  const mistakes: { -readonly [Field in keyof Mistakes]: string } = {};
  if (form.name.trim() === "") mistakes.name = "An alarm needs a name.";
  if (form.threshold.trim() === "" || !Number.isFinite(Number(form.threshold))) {
    mistakes.threshold = "The threshold is a number.";
  }
  if (!isWhole(form.periods)) mistakes.periods = "A whole number, 1 or more.";
  if (!isWhole(form.periodsToAlarm)) mistakes.periodsToAlarm = "A whole number, 1 or more.";
  else if (Number(form.periodsToAlarm) > periods) {
    mistakes.periodsToAlarm = "No more than the periods that are looked at.";
  }
  return mistakes;
}

/** `before`: the alarm that is changed. PutMetricAlarm replaces all, so what the form does not show is sent as it was. */
export function requestOf(form: AlarmForm, before: MetricAlarm | undefined): PutMetricAlarmInput {
  const { functionName, statistic } = form;
  const isPlain = PLAIN_STATISTICS.includes(statistic);
  // A unit belongs to the metric it was given for.
  const unit: StandardUnit | undefined = before?.MetricName === form.metric ? before.Unit : undefined;
  return {
    AlarmName: form.name.trim(),
    AlarmDescription: form.description === "" ? undefined : form.description,
    Namespace: NAMESPACE,
    MetricName: form.metric,
    Dimensions: functionName === "" ? [] : [{ Name: "FunctionName", Value: functionName }],
    ...(isPlain ? { Statistic: statistic as Statistic } : { ExtendedStatistic: statistic }),
    ComparisonOperator: form.comparison as ComparisonOperator,
    Threshold: Number(form.threshold),
    Period: form.periodSeconds,
    EvaluationPeriods: Number(form.periods),
    DatapointsToAlarm: Number(form.periodsToAlarm),
    TreatMissingData: form.missing,
    ActionsEnabled: before?.ActionsEnabled,
    OKActions: before?.OKActions,
    AlarmActions: before?.AlarmActions,
    InsufficientDataActions: before?.InsufficientDataActions,
    EvaluateLowSampleCountPercentile: before?.EvaluateLowSampleCountPercentile,
    Unit: unit,
  };
}
