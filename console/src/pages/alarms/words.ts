/** Alarms in words. Pure. */
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";

export const COMPARISONS: readonly {
  readonly value: string;
  readonly label: string;
  readonly sign: string;
}[] = [
  { value: "GreaterThanThreshold", label: "Greater than", sign: ">" },
  { value: "GreaterThanOrEqualToThreshold", label: "Greater than or equal to", sign: "≥" },
  { value: "LessThanThreshold", label: "Less than", sign: "<" },
  { value: "LessThanOrEqualToThreshold", label: "Less than or equal to", sign: "≤" },
];

export const MISSING: readonly { readonly value: string; readonly label: string }[] = [
  { value: "missing", label: "Missing: not enough data" },
  { value: "notBreaching", label: "Good: as if within the threshold" },
  { value: "breaching", label: "Bad: as if beyond the threshold" },
  { value: "ignore", label: "Ignored: the state stays" },
];

type Watched = Pick<
  MetricAlarm,
  | "Metrics"
  | "MetricName"
  | "Statistic"
  | "ExtendedStatistic"
  | "ComparisonOperator"
  | "Threshold"
  | "EvaluationPeriods"
  | "DatapointsToAlarm"
  | "Period"
>;

/** `Errors (Sum) > 0 in 2 of 3 periods of 1 minute`. */
export function condition(alarm: Watched): string {
  const { EvaluationPeriods = 1, DatapointsToAlarm = EvaluationPeriods, Period } = alarm;
  const sign = COMPARISONS.find(({ value }) => value === alarm.ComparisonOperator)?.sign;
  const many =
    DatapointsToAlarm < EvaluationPeriods
      ? `${DatapointsToAlarm} of ${EvaluationPeriods}`
      : EvaluationPeriods;
  const periods = EvaluationPeriods === 1 ? "period" : "periods";
  const length = Period === undefined ? "" : ` of ${seconds(Period)}`;
  return `${watched(alarm)} ${sign ?? alarm.ComparisonOperator} ${alarm.Threshold} in ${many} ${periods}${length}`;
}

/** `Errors (Sum)`. */
export function watched({ Metrics, MetricName, Statistic, ExtendedStatistic }: Watched): string {
  if (Metrics === undefined) return `${MetricName} (${Statistic ?? ExtendedStatistic})`;
  const shown = Metrics.find(({ ReturnData }) => ReturnData !== false);
  return shown?.Label ?? shown?.Expression ?? shown?.MetricStat?.Metric?.MetricName ?? "An expression";
}

/** `5 minutes`. */
export function seconds(value: number): string {
  const units = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [size, unit] = units.find(([each]) => value % each === 0) ?? ([1, "second"] as const);
  const many = value / size;
  return `${many} ${unit}${many === 1 ? "" : "s"}`;
}

/** Undefined: of all functions, or of something else than a function. */
export function functionOf({ Dimensions = [] }: Pick<MetricAlarm, "Dimensions">): string | undefined {
  return Dimensions.find(({ Name }) => Name === "FunctionName")?.Value;
}
