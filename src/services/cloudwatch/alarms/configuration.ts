/** What an alarm watches and does: PutMetricAlarm's request, checked. */
import type { MetricDataQuery, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Scope } from "../../../model/mod.ts";
import type { MetricStore } from "../../../store/mod.ts";
import { periodMsOf } from "../data-points.ts";
import { invalidCombination, invalidValue, missingParameter, validationFailed } from "../errors.ts";
import { MetricQueries } from "../metric-queries.ts";
import { statisticOf } from "../statistics.ts";
import { comparisonOf } from "./judge.ts";

/** As it came; tags, and whether actions are enabled, are kept beside it. */
export type AlarmConfiguration = Omit<PutMetricAlarmInput, "Tags" | "ActionsEnabled">;

const MISSING = ["breaching", "notBreaching", "ignore", "missing"];

/** Throws InvalidParameterValue, InvalidParameterCombination, MissingParameter, ValidationError. */
export function checkConfiguration(request: PutMetricAlarmInput, store: MetricStore, scope: Scope): void {
  const { Metrics, MetricName, EvaluationPeriods, DatapointsToAlarm, TreatMissingData } = request;
  if (request.EvaluationCriteria !== undefined || request.ThresholdMetricId !== undefined) {
    throw validationFailed("Alarms on PromQL and on anomalies are not built here; an alarm has a threshold.");
  }
  if (request.ComparisonOperator === undefined)
    throw missingParameter("The parameter ComparisonOperator is required.");
  if (comparisonOf(request.ComparisonOperator) === undefined) {
    throw validationFailed("Alarms on anomalies are not built here; an alarm has a threshold.");
  }
  if (request.Threshold === undefined) throw missingParameter("The parameter Threshold is required.");
  if (EvaluationPeriods === undefined) throw missingParameter("The parameter EvaluationPeriods is required.");
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > EvaluationPeriods) {
    throw validationFailed("The parameter DatapointsToAlarm must be at most EvaluationPeriods.");
  }
  if (TreatMissingData !== undefined && !MISSING.includes(TreatMissingData)) {
    throw invalidValue(
      `The value ${TreatMissingData} for parameter TreatMissingData must be one of ${MISSING.join(", ")}.`,
    );
  }
  if ((Metrics === undefined) === (MetricName === undefined)) {
    throw invalidCombination("Exactly one of the parameters MetricName and Metrics must be specified.");
  }
  if (Metrics === undefined) checkSingleMetric(request);
  else checkExpression(Metrics, store, scope);
  const seconds = (periodMsOfAlarm(request) / 1000) * EvaluationPeriods;
  const { evaluationSecondsMax, evaluationSecondsMinutesMax } = METRICS_LIMITS;
  const most = periodMsOfAlarm(request) < 3_600_000 ? evaluationSecondsMinutesMax : evaluationSecondsMax;
  if (seconds > most) {
    throw validationFailed(
      `Metrics cannot be checked across more than ${most / 3600} hours (EvaluationPeriods * Period must be <= ${most}).`,
    );
  }
}

function checkSingleMetric(request: PutMetricAlarmInput): void {
  const { Namespace, Period, Statistic, ExtendedStatistic } = request;
  if (Namespace === undefined) throw missingParameter("The parameter Namespace is required.");
  if (Period === undefined) throw missingParameter("The parameter Period is required.");
  periodMsOf(Period);
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw invalidCombination(
      "Exactly one of the parameters Statistic and ExtendedStatistic must be specified.",
    );
  }
  statisticOf(Statistic ?? ExtendedStatistic ?? "");
}

function checkExpression(metrics: readonly MetricDataQuery[], store: MetricStore, scope: Scope): void {
  const shown = metrics.filter(({ ReturnData }) => ReturnData !== false);
  if (shown.length !== 1) throw validationFailed("Exactly one element of the Metrics list must return data.");
  if (metrics.length > METRICS_LIMITS.alarmQueriesMax) {
    throw validationFailed(
      `The collection Metrics must not have a size greater than ${METRICS_LIMITS.alarmQueriesMax}.`,
    );
  }
  if (metrics.some(({ Expression = "" }) => /\bSEARCH\s*\(/.test(Expression))) {
    throw validationFailed("SEARCH is not supported on Metric Alarms.");
  }
  // Reads the expressions; values are not looked at.
  void new MetricQueries(store, scope, metrics, { fromMs: 0, untilMs: 0 });
}

/** The queries whose one shown result is watched. */
export function queriesOf(configuration: AlarmConfiguration): readonly MetricDataQuery[] {
  const { Metrics, MetricName, Namespace, Dimensions, Period, Unit } = configuration;
  if (Metrics !== undefined) return Metrics;
  const Stat = configuration.Statistic ?? configuration.ExtendedStatistic;
  return [{ Id: "m1", MetricStat: { Metric: { MetricName, Namespace, Dimensions }, Period, Stat, Unit } }];
}

export function shownId(configuration: AlarmConfiguration): string {
  return queriesOf(configuration).find(({ ReturnData }) => ReturnData !== false)?.Id ?? "";
}

export function periodMsOfAlarm(configuration: AlarmConfiguration): number {
  const queries = queriesOf(configuration);
  const periods = queries.flatMap((query) => query.MetricStat?.Period ?? query.Period ?? []);
  return Math.max(60_000, ...periods.map((seconds) => seconds * 1000));
}

/** Whatever the state. */
export function actionsOfConfiguration(configuration: AlarmConfiguration): readonly string[] {
  const { OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = configuration;
  return [...OKActions, ...AlarmActions, ...InsufficientDataActions];
}
