/** PutMetricData: values of metrics of one's own. */
import type { MetricDatum, PutMetricDataInput } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation, Scope } from "../../../model/mod.ts";
import { dimensionsOf } from "../data-points.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { invalidCombination, invalidValue, missingParameter } from "../errors.ts";

/**
 * Nothing is taken of a request that has one bad datum. Values are kept by the minute, also where StorageResolution is 1, and
 * entities are left aside. Throws InvalidParameterValue, InvalidParameterCombination, MissingParameter.
 */
export function putMetricData({
  buffer,
  clock,
}: CloudWatchDependencies): Operation<PutMetricDataInput, void> {
  return (request, { accountId, region }) => {
    const { Namespace: namespace = "", MetricData = [], EntityMetricData = [] } = request;
    if (namespace.startsWith("AWS/")) {
      throw invalidValue(
        "The value AWS/ for parameter Namespace is invalid: it is reserved for AWS services.",
      );
    }
    const data = [...MetricData, ...EntityMetricData.flatMap((each) => each.MetricData ?? [])];
    if (data.length === 0) throw missingParameter("The parameter MetricData is required.");
    if (data.length > METRICS_LIMITS.putMetricsMax) {
      throw invalidValue(
        `The collection MetricData must not have a size greater than ${METRICS_LIMITS.putMetricsMax}.`,
      );
    }
    const nowMs = clock.nowMs();
    const adds = data.map((datum, index) => checked(datum, `MetricData.member.${index + 1}`, nowMs));
    const scope: Scope = { accountId, region };
    for (const [index, datum] of data.entries()) {
      const meter = buffer.meterOf({
        scope,
        namespace,
        name: datum.MetricName ?? "",
        dimensions: dimensionsOf(datum.Dimensions),
        unit: datum.Unit ?? "None",
      });
      adds[index]?.(meter);
    }
  };
}

interface Target {
  add(timestampMs: number, value: number, count?: number): void;
  addSummary(timestampMs: number, count: number, sum: number, minimum: number, maximum: number): void;
}

type Add = (target: Target) => void;

/** What the datum says, ready to be added. */
function checked(datum: MetricDatum, where: string, nowMs: number): Add {
  const { Value, Values, Counts, StatisticValues: summary } = datum;
  const atMs = datum.Timestamp?.getTime() ?? nowMs;
  if (!(atMs >= nowMs - METRICS_LIMITS.ageMsMax && atMs <= nowMs + METRICS_LIMITS.aheadMsMax)) {
    throw invalidValue(
      `The parameter ${where}.Timestamp must specify a time within the past two weeks and no more than two hours in the future.`,
    );
  }
  const ways = [Value, Values, summary].filter((way) => way !== undefined).length;
  if (ways > 1) {
    throw invalidCombination(
      `The parameters ${where}.Value, ${where}.Values and ${where}.StatisticValues are mutually exclusive.`,
    );
  }
  if (Value !== undefined) {
    const value = number(Value, `${where}.Value`);
    return (target) => target.add(atMs, value);
  }
  if (Values !== undefined) return several(Values, Counts, where, atMs);
  if (summary === undefined) {
    throw missingParameter(
      `One of ${where}.Value, ${where}.Values and ${where}.StatisticValues is required.`,
    );
  }
  const count = number(summary.SampleCount, `${where}.StatisticValues.SampleCount`);
  const sum = number(summary.Sum, `${where}.StatisticValues.Sum`);
  const minimum = number(summary.Minimum, `${where}.StatisticValues.Minimum`);
  const maximum = number(summary.Maximum, `${where}.StatisticValues.Maximum`);
  if (count <= 0)
    throw invalidValue(`The parameter ${where}.StatisticValues.SampleCount must be greater than 0.`);
  if (minimum > maximum) {
    throw invalidValue(`The parameter ${where}.StatisticValues.Maximum must be greater than Minimum.`);
  }
  return (target) => target.addSummary(atMs, count, sum, minimum, maximum);
}

function several(
  given: readonly number[],
  counts: readonly number[] | undefined,
  where: string,
  atMs: number,
): Add {
  const { putValuesMax } = METRICS_LIMITS;
  if (given.length === 0 || given.length > putValuesMax) {
    throw invalidValue(`The collection ${where}.Values must have a size between 1 and ${putValuesMax}.`);
  }
  if (counts !== undefined && counts.length !== given.length) {
    throw invalidValue(`The parameters ${where}.Values and ${where}.Counts must be of the same size.`);
  }
  const values = given.map((value) => number(value, `${where}.Values`));
  const times = counts?.map((count) => number(count, `${where}.Counts`));
  if (times?.some((count) => count <= 0))
    throw invalidValue(`The parameter ${where}.Counts must be greater than 0.`);
  return (target) => {
    for (const [index, value] of values.entries()) target.add(atMs, value, times?.[index] ?? 1);
  };
}

function number(value: number | undefined, where: string): number {
  if (value === undefined || !Number.isFinite(value) || Math.abs(value) > METRICS_LIMITS.valueMax) {
    throw invalidValue(`The value ${value} for parameter ${where} is invalid.`);
  }
  return value;
}
