/** DescribeAlarmHistory: what became of alarms in the last thirty days. */
import type { DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { decodeToken, encodeToken, isCount } from "../tokens.ts";

/** Throws InvalidNextToken. */
export function describeAlarmHistory({
  alarmStore,
}: CloudWatchDependencies): Operation<DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput> {
  return async (request, context) => {
    const skip = request.NextToken === undefined ? 0 : decodeToken(request.NextToken, isCount);
    const limit = request.MaxRecords ?? METRICS_LIMITS.describeItemsMax;
    const found = await alarmStore.history(context, {
      name: request.AlarmName,
      kind: request.HistoryItemType,
      fromMs: request.StartDate?.getTime(),
      untilMs: request.EndDate?.getTime(),
      descending: request.ScanBy !== "TimestampAscending",
      skip,
      limit: limit + 1,
    });
    return {
      AlarmHistoryItems: found.slice(0, limit).map(({ name, timeMs, kind, summary, data }) => ({
        AlarmName: name,
        AlarmType: "MetricAlarm",
        Timestamp: new Date(timeMs),
        HistoryItemType: kind,
        HistorySummary: summary,
        HistoryData: data,
      })),
      ...(found.length > limit && { NextToken: encodeToken(skip + limit) }),
    };
  };
}
