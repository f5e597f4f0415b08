/** Reading and deleting alarms. */
import { DeleteAlarmsCommand, DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { cloudWatch } from "../../kit/cloud-watch.ts";
import { allPages } from "../../kit/lambda.ts";

/** DeleteAlarms takes no more at once. */
const DELETED_MAX = 100;

export function listAlarms(signal: AbortSignal): Promise<MetricAlarm[]> {
  return allPages(async (marker) => {
    const command = new DescribeAlarmsCommand({
      AlarmTypes: ["MetricAlarm"],
      MaxRecords: 100,
      NextToken: marker,
    });
    const answer = await cloudWatch().send(command, { abortSignal: signal });
    return { items: answer.MetricAlarms, next: answer.NextToken };
  });
}

/** Rejects when there is none of that name. */
export async function findAlarm(name: string, signal: AbortSignal): Promise<MetricAlarm> {
  const command = new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["MetricAlarm"] });
  const { MetricAlarms: [alarm] = [] } = await cloudWatch().send(command, { abortSignal: signal });
  if (alarm === undefined) throw new Error(`There is no alarm ${name}.`);
  return alarm;
}

export async function deleteAlarms(names: readonly string[]): Promise<void> {
  for (let start = 0; start < names.length; start += DELETED_MAX) {
    const AlarmNames = names.slice(start, start + DELETED_MAX);
    await cloudWatch().send(new DeleteAlarmsCommand({ AlarmNames }));
  }
}
