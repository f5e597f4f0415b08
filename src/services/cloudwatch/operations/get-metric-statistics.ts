/** GetMetricStatistics: several statistics of one metric. */
import type {
  Datapoint,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
} from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { checkTimes, dataPoints, dimensionsOf, minuteOf, periodMsOf } from "../data-points.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { invalidCombination } from "../errors.ts";
import { type Statistic, statisticOf } from "../statistics.ts";

/** Periods begin at StartTime, to the minute. Throws InvalidParameterValue, InvalidParameterCombination, ValidationError. */
export function getMetricStatistics({
  store,
  buffer,
}: CloudWatchDependencies): Operation<GetMetricStatisticsInput, GetMetricStatisticsOutput> {
  return async (request, context) => {
    checkTimes(request.StartTime, request.EndTime);
    const plain = [...(request.Statistics ?? [])];
    const extended = [...(request.ExtendedStatistics ?? [])];
    if (plain.length + extended.length === 0) {
      throw invalidCombination(
        "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
      );
    }
    const statistics = new Map([...plain, ...extended].map((name) => [name as string, statisticOf(name)]));
    const fromMs = minuteOf(request.StartTime);
    const untilMs = request.EndTime?.getTime() ?? 0;
    const periodMs = periodMsOf(request.Period);
    checkCount(Math.ceil((untilMs - fromMs) / periodMs));
    await buffer.flush();
    const name = request.MetricName ?? "";
    const points = await dataPoints(
      store,
      context,
      {
        ...{ namespace: request.Namespace ?? "", name, dimensions: dimensionsOf(request.Dimensions) },
        ...{ unit: request.Unit, fromMs, untilMs, periodMs },
        isPlain: extended.length === 0,
      },
      true,
    );
    const Datapoints = points.map(({ startMs, unit, values }): Datapoint => {
      const valuesOf = (names: readonly string[]): Record<string, number> =>
        Object.fromEntries(
          names.flatMap((each) => {
            const value = (statistics.get(each) as Statistic)(values);
            return value === undefined ? [] : [[each, value]];
          }),
        );
      return {
        Timestamp: new Date(startMs),
        ...valuesOf(plain),
        ...(extended.length > 0 && { ExtendedStatistics: valuesOf(extended) }),
        Unit: unit as Datapoint["Unit"],
      };
    });
    return { Label: name, Datapoints };
  };
}

/** The text is AWS's. */
function checkCount(count: number): void {
  const most = METRICS_LIMITS.statisticsDatapointsMax;
  if (count <= most) return;
  const shown = (value: number): string => value.toLocaleString("en-US");
  throw invalidCombination(
    `You have requested up to ${shown(count)} datapoints, which exceeds the limit of ${shown(most)}. ` +
      "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
  );
}
