/** Every operation of CloudWatch that is built, by its name. */
import type { OperationTable } from "../../model/mod.ts";
import type { CloudWatchDependencies } from "./dependencies.ts";
import { deleteAlarms } from "./operations/delete-alarms.ts";
import { describeAlarmHistory } from "./operations/describe-alarm-history.ts";
import { describeAlarms } from "./operations/describe-alarms.ts";
import { describeAlarmsForMetric } from "./operations/describe-alarms-for-metric.ts";
import { disableAlarmActions, enableAlarmActions } from "./operations/enable-alarm-actions.ts";
import { getMetricData } from "./operations/get-metric-data.ts";
import { getMetricStatistics } from "./operations/get-metric-statistics.ts";
import { listMetrics } from "./operations/list-metrics.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { putMetricAlarm } from "./operations/put-metric-alarm.ts";
import { putMetricData } from "./operations/put-metric-data.ts";
import { setAlarmState } from "./operations/set-alarm-state.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { untagResource } from "./operations/untag-resource.ts";

export function cloudWatchOperations(dependencies: CloudWatchDependencies): OperationTable {
  return {
    DeleteAlarms: deleteAlarms(dependencies),
    DescribeAlarmHistory: describeAlarmHistory(dependencies),
    DescribeAlarms: describeAlarms(dependencies),
    DescribeAlarmsForMetric: describeAlarmsForMetric(dependencies),
    DisableAlarmActions: disableAlarmActions(dependencies),
    EnableAlarmActions: enableAlarmActions(dependencies),
    GetMetricData: getMetricData(dependencies),
    GetMetricStatistics: getMetricStatistics(dependencies),
    ListMetrics: listMetrics(dependencies),
    ListTagsForResource: listTagsForResource(dependencies),
    PutMetricAlarm: putMetricAlarm(dependencies),
    PutMetricData: putMetricData(dependencies),
    SetAlarmState: setAlarmState(dependencies),
    TagResource: tagResource(dependencies),
    UntagResource: untagResource(dependencies),
  };
}
