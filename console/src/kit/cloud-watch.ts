/** Metrics of CloudWatch, by the AWS SDK: values of many metrics at once, read to their end. */
import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { clientOf } from "./clients.ts";

export interface MetricSeries {
  /** Of the query. */
  readonly id: string;
  readonly label: string;
  /** Epoch milliseconds of a period's beginning → value; in order of time. */
  readonly points: ReadonlyMap<number, number>;
}

export function cloudWatch(): CloudWatchClient {
  return clientOf(CloudWatchClient);
}

export async function metricData(
  queries: readonly MetricDataQuery[],
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  signal?: AbortSignal,
): Promise<MetricSeries[]> {
  const found = new Map<string, { id: string; label: string; points: Map<number, number> }>();
  let token: string | undefined;
  do {
    const command: GetMetricDataCommand = new GetMetricDataCommand({
      MetricDataQueries: [...queries],
      StartTime: new Date(fromMs),
      EndTime: new Date(untilMs),
      ScanBy: "TimestampAscending",
      NextToken: token,
    });
    const answer = await cloudWatch().send(command, signal === undefined ? {} : { abortSignal: signal });
    for (const { Id = "", Label = "", Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
      const key = `${Id} ${Label}`;
      const series = found.get(key) ?? { id: Id, label: Label, points: new Map<number, number>() };
      for (const [place, at] of Timestamps.entries()) series.points.set(at.getTime(), Values[place] ?? 0);
      found.set(key, series);
    }
    token = answer.NextToken;
  } while (token !== undefined);
  return [...found.values()];
}
