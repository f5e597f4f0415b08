/** The words and documents of an alarm: reasons, the event for a function, the message for a topic. Source: recorded notifications, quoted by users. */
import { createHash } from "node:crypto";
import { lambdaTimestamp } from "../../../kit/mod.ts";
import type { Scope } from "../../../model/mod.ts";
import type { AlarmRecord, AlarmState, AlarmStateValue } from "../../../store/mod.ts";
import { type AlarmConfiguration, periodMsOfAlarm, queriesOf } from "./configuration.ts";
import { comparisonOf } from "./judge.ts";

export type Alarm = AlarmRecord<AlarmConfiguration>;

export function alarmArn(scope: Scope, name: string): string {
  return `arn:aws:cloudwatch:${scope.region}:${scope.accountId}:alarm:${name}`;
}

export interface SeenPoint {
  readonly startMs: number;
  readonly value: number;
}

/** `Threshold Crossed: …` or `Insufficient Data: …`. */
export function reasonOf(
  configuration: AlarmConfiguration,
  state: AlarmStateValue,
  before: AlarmStateValue,
  points: readonly SeenPoint[],
): string {
  const periods = configuration.EvaluationPeriods ?? 1;
  const needed = configuration.DatapointsToAlarm ?? periods;
  if (points.length === 0 && state === "INSUFFICIENT_DATA") {
    return `Insufficient Data: ${count(periods, "datapoint was", "datapoints were")} unknown.`;
  }
  const threshold = decimal(configuration.Threshold ?? 0);
  const comparison = comparisonOf(configuration.ComparisonOperator);
  if (points.length === 0) {
    const treated = configuration.TreatMissingData === "breaching" ? "Breaching" : "NonBreaching";
    return `Threshold Crossed: no datapoints were received for ${count(periods, "period", "periods")} and ${count(periods, "missing datapoint was", "missing datapoints were")} treated as [${treated}].`;
  }
  const isBreaching = ({ value }: SeenPoint): boolean =>
    comparison?.isTrue(value, configuration.Threshold ?? 0) ?? false;
  const told = state === "ALARM" ? points.filter(isBreaching) : points.filter((point) => !isBreaching(point));
  const shown = told
    .toReversed()
    .slice(0, 5)
    .map(({ startMs, value }) => `${decimal(value)} (${slashedTime(startMs)})`)
    .join(", ");
  const was = told.length === 1 ? "was" : "were";
  const relation = state === "ALARM" ? comparison?.words : comparison?.not;
  const minimum = state === "ALARM" ? needed : periods - needed + 1;
  return (
    `Threshold Crossed: ${told.length} out of the last ${count(points.length, "datapoint", "datapoints")} [${shown}] ${was} ` +
    `${relation} the threshold (${threshold}) (minimum ${count(minimum, "datapoint", "datapoints")} for ${before} -> ${state} transition).`
  );
}

export function reasonDataOf(
  configuration: AlarmConfiguration,
  points: readonly SeenPoint[],
  nowMs: number,
): string {
  return JSON.stringify({
    version: "1.0",
    queryDate: lambdaTimestamp(nowMs),
    ...(points[0] !== undefined && { startDate: lambdaTimestamp(points[0].startMs) }),
    ...(configuration.Statistic !== undefined && { statistic: configuration.Statistic }),
    ...(configuration.Unit !== undefined && { unit: configuration.Unit }),
    period: periodMsOfAlarm(configuration) / 1000,
    recentDatapoints: points.map(({ value }) => value),
    threshold: configuration.Threshold,
    evaluatedDatapoints: points
      .toReversed()
      .map(({ startMs, value }) => ({ timestamp: lambdaTimestamp(startMs), value })),
  });
}

/** What a function gets. Source: "Invoke a Lambda function from an alarm" page, sample event objects. */
export function lambdaEvent(scope: Scope, alarm: Alarm, before: AlarmState, nowMs: number): object {
  return {
    source: "aws.cloudwatch",
    alarmArn: alarmArn(scope, alarm.name),
    accountId: scope.accountId,
    time: lambdaTimestamp(nowMs),
    region: scope.region,
    alarmData: {
      alarmName: alarm.name,
      state: stateDocument(alarm.state),
      previousState: stateDocument(before),
      configuration: {
        ...(alarm.configuration.AlarmDescription !== undefined && {
          description: alarm.configuration.AlarmDescription,
        }),
        metrics: metricDocuments(alarm.configuration),
      },
    },
  };
}

function metricDocuments(configuration: AlarmConfiguration): object[] {
  return queriesOf(configuration).map(({ Id, Expression, Label, MetricStat: metric, ReturnData }) => ({
    // Of an alarm on one metric the id is AWS's own; it must only stay the same.
    id: configuration.Metrics === undefined ? stableId(configuration) : Id,
    ...(Expression !== undefined && { expression: Expression }),
    ...(Label !== undefined && { label: Label }),
    ...(metric !== undefined && {
      metricStat: {
        metric: {
          namespace: metric.Metric?.Namespace,
          name: metric.Metric?.MetricName,
          dimensions: Object.fromEntries(
            (metric.Metric?.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]),
          ),
        },
        period: metric.Period,
        stat: metric.Stat,
        ...(metric.Unit !== undefined && { unit: metric.Unit }),
      },
    }),
    returnData: ReturnData ?? true,
  }));
}

function stableId(configuration: AlarmConfiguration): string {
  const hex = createHash("sha256").update(`${configuration.AlarmName}`).digest("hex");
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function stateDocument({ value, reason, reasonData, updatedAtMs }: AlarmState): object {
  return {
    value,
    reason,
    ...(reasonData !== undefined && { reasonData }),
    timestamp: lambdaTimestamp(updatedAtMs),
  };
}

/** What a topic gets. */
export function topicMessage(scope: Scope, alarm: Alarm, before: AlarmState): object {
  const { configuration, state } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmDescription: configuration.AlarmDescription ?? null,
    AWSAccountId: scope.accountId,
    AlarmConfigurationUpdatedTimestamp: lambdaTimestamp(alarm.configuredAtMs),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: lambdaTimestamp(state.updatedAtMs),
    Region: scope.region,
    AlarmArn: alarmArn(scope, alarm.name),
    OldStateValue: before.value,
    OKActions: configuration.OKActions ?? [],
    AlarmActions: configuration.AlarmActions ?? [],
    InsufficientDataActions: configuration.InsufficientDataActions ?? [],
    Trigger: {
      ...(configuration.Metrics === undefined
        ? singleMetric(configuration)
        : { Metrics: configuration.Metrics }),
      EvaluationPeriods: configuration.EvaluationPeriods,
      ...(configuration.DatapointsToAlarm !== undefined && {
        DatapointsToAlarm: configuration.DatapointsToAlarm,
      }),
      ComparisonOperator: configuration.ComparisonOperator,
      Threshold: configuration.Threshold,
      TreatMissingData: configuration.TreatMissingData ?? "",
      EvaluateLowSampleCountPercentile: configuration.EvaluateLowSampleCountPercentile ?? "",
    },
  };
}

const TOPIC_STATISTICS: Readonly<Record<string, string>> = {
  SampleCount: "SAMPLE_COUNT",
  Average: "AVERAGE",
  Sum: "SUM",
  Minimum: "MINIMUM",
  Maximum: "MAXIMUM",
};

function singleMetric(configuration: AlarmConfiguration): object {
  const { Statistic, ExtendedStatistic } = configuration;
  return {
    MetricName: configuration.MetricName,
    Namespace: configuration.Namespace,
    ...(Statistic === undefined
      ? { StatisticType: "ExtendedStatistic", ExtendedStatistic }
      : { StatisticType: "Statistic", Statistic: TOPIC_STATISTICS[Statistic] }),
    Unit: configuration.Unit ?? null,
    Dimensions: (configuration.Dimensions ?? []).map(({ Name, Value }) => ({ value: Value, name: Name })),
    Period: configuration.Period,
  };
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** As Java writes a double: `5.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `21/11/26 10:58:00` */
function slashedTime(epochMs: number): string {
  const [date = "", time = ""] = new Date(epochMs).toISOString().split("T");
  const [year = "", month, day] = date.split("-");
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
