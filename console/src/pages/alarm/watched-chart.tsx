/** The values that an alarm looked at lately, and the threshold they are compared with. */
import type { MetricAlarm, MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import MixedLineBarChart from "@cloudscape-design/components/mixed-line-bar-chart";
import type { ReactNode } from "react";
import { metricData } from "../../kit/cloud-watch.ts";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { count } from "../../kit/words.ts";
import { watched } from "../alarms/words.ts";
import { visible } from "../monitoring/charts.ts";
import type { Span } from "../monitoring/range.ts";

const REFRESH_MS = 5000;
const PERIODS_SHOWN_MIN = 30;
const HEIGHT = 200;
const HOUR = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export function WatchedChart({ alarm }: { readonly alarm: MetricAlarm }): ReactNode {
  const { Threshold = 0 } = alarm;
  const { data, error, reload } = useLoad(
    `watched ${JSON.stringify([queriesOf(alarm), alarm.EvaluationPeriods])}`,
    async (signal) => {
      const span = spanOf(alarm, Date.now());
      const [series] = await metricData(queriesOf(alarm), span, signal);
      return { span, points: [...(series?.points ?? [])].map(([at, y]) => ({ x: new Date(at), y })) };
    },
    REFRESH_MS,
  );
  const title = watched(alarm);
  const values = [Threshold, ...(data?.points ?? []).map(({ y }) => y)];
  const [least, most] = [Math.min(0, ...values), Math.max(...values)];
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <Failure error={error} retry={() => void reload()} />
      <MixedLineBarChart<Date>
        hideFilter
        height={HEIGHT}
        statusType={data === undefined && error === undefined ? "loading" : "finished"}
        loadingText="Reading the metric"
        xScaleType="time"
        {...(data !== undefined && { xDomain: [new Date(data.span.fromMs), new Date(data.span.untilMs)] })}
        yDomain={[least, most === least ? least + 1 : most + (most - least) * 0.1]}
        series={
          data === undefined || data.points.length === 0
            ? []
            : [
                {
                  type: "line",
                  title,
                  data: visible(data.points, data.span.periodSeconds),
                  valueFormatter: rounded,
                },
                { type: "threshold", title: `Threshold ${Threshold}`, y: Threshold, valueFormatter: rounded },
              ]
        }
        ariaLabel={`${title} and the threshold`}
        i18nStrings={{
          xTickFormatter: (at) => HOUR.format(at),
          yTickFormatter: rounded,
          detailPopoverDismissAriaLabel: "Dismiss",
        }}
        detailPopoverFooter={(at) => MOMENT.format(at)}
        empty={<Empty title="No data">The metric had no values lately.</Empty>}
      />
    </Container>
  );
}

function queriesOf(alarm: MetricAlarm): readonly MetricDataQuery[] {
  const { Metrics, MetricName, Namespace, Dimensions, Period, Unit } = alarm;
  if (Metrics !== undefined) return Metrics;
  const Stat = alarm.Statistic ?? alarm.ExtendedStatistic;
  return [{ Id: "m1", MetricStat: { Metric: { MetricName, Namespace, Dimensions }, Period, Stat, Unit } }];
}

/** Twice what the alarm evaluates, and enough for a curve. */
function spanOf({ EvaluationPeriods = 1, ...alarm }: MetricAlarm, nowMs: number): Span {
  const seconds = queriesOf(alarm).map(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? 60);
  const periodSeconds = Math.max(60, ...seconds);
  const periodMs = periodSeconds * 1000;
  const untilMs = Math.ceil(nowMs / periodMs) * periodMs;
  return {
    fromMs: untilMs - Math.max(PERIODS_SHOWN_MIN, 2 * EvaluationPeriods) * periodMs,
    untilMs,
    periodSeconds,
  };
}

function rounded(value: number): string {
  return count(Math.round(value * 100) / 100);
}
