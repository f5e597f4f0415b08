/** DescribeAlarmsForMetric: the alarms on one metric. */
import type { DescribeAlarmsForMetricInput, DescribeAlarmsForMetricOutput } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "../../../model/mod.ts";
import { described } from "../alarms/described.ts";
import { dimensionsOf } from "../data-points.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";

/** Alarms over expressions are not among them, as on AWS. */
export function describeAlarmsForMetric({
  alarmStore,
}: CloudWatchDependencies): Operation<DescribeAlarmsForMetricInput, DescribeAlarmsForMetricOutput> {
  return async (request, context) => {
    const wanted = sorted(request.Dimensions);
    const found = (await alarmStore.list(context)).filter(
      ({ configuration }) =>
        configuration.MetricName === request.MetricName &&
        configuration.Namespace === request.Namespace &&
        sorted(configuration.Dimensions) === wanted &&
        isSame(request.Statistic, configuration.Statistic) &&
        isSame(request.ExtendedStatistic, configuration.ExtendedStatistic) &&
        isSame(request.Period, configuration.Period) &&
        isSame(request.Unit, configuration.Unit),
    );
    return { MetricAlarms: found.map((alarm) => described(context, alarm)) };
  };
}

/** What was not asked for may be anything. */
function isSame(asked: unknown, own: unknown): boolean {
  return asked === undefined || asked === own;
}

function sorted(dimensions: Parameters<typeof dimensionsOf>[0]): string {
  return JSON.stringify(Object.entries(dimensionsOf(dimensions)).sort());
}
