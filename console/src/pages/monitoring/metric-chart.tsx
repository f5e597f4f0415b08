/** One chart of metrics over time, with the whole range's values in words above it. */
import AreaChart from "@cloudscape-design/components/area-chart";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import type { ReactNode } from "react";
import { Empty } from "../../kit/empty.tsx";
import { count, duration } from "../../kit/words.ts";
import { type DrawnChart, type Unit, visible } from "./charts.ts";
import type { Span } from "./range.ts";

const HEIGHT = 180;
const DAY_MS = 86_400_000;
const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const HOUR = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  hourCycle: "h23",
});

export function MetricChart({ chart, span }: { readonly chart: DrawnChart; readonly span: Span }): ReactNode {
  const { title, unit, kind, lines, description } = chart;
  const format = (value: number): string => inUnit(value, unit);
  const most = Math.max(0, ...lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const common = {
    hideFilter: true,
    hideLegend: lines.length < 2,
    height: HEIGHT,
    xScaleType: "time" as const,
    xDomain: [new Date(span.fromMs), new Date(span.untilMs)],
    // All zeros would leave the axis without an extent.
    yDomain: [0, unit === "percent" ? 100 : most === 0 ? 1 : most * 1.05],
    ariaLabel: title,
    i18nStrings: {
      xTickFormatter: (at: Date) => (span.untilMs - span.fromMs > DAY_MS ? DAY : HOUR).format(at),
      yTickFormatter: format,
      detailPopoverDismissAriaLabel: "Dismiss",
    },
    detailPopoverFooter: (at: Date) => MOMENT.format(at),
    empty: <Empty title="No data">Nothing was counted in this time.</Empty>,
  };
  return (
    <Container
      fitHeight
      header={
        <Header
          variant="h3"
          description={description === undefined ? spoken(chart) : `${description}: ${spoken(chart)}`}
        >
          {title}
        </Header>
      }
    >
      {kind === "area" ? (
        <AreaChart
          {...common}
          series={lines.map((line) => ({
            ...({
              type: "area",
              title: line.title,
              data: visible(line.points, span.periodSeconds),
              valueFormatter: format,
            } as const),
          }))}
        />
      ) : (
        <LineChart
          {...common}
          series={lines.map((line) => ({
            ...({
              type: "line",
              title: line.title,
              data: visible(line.points, span.periodSeconds),
              valueFormatter: format,
            } as const),
          }))}
        />
      )}
    </Container>
  );
}

/** `Invocations 12, Errors 1`. */
function spoken({ lines, unit }: DrawnChart): string {
  if (lines.length === 0) return "No data";
  return lines.map(({ title, summary }) => `${title} ${inUnit(summary, unit)}`).join(", ");
}

export function inUnit(value: number, unit: Unit): string {
  if (unit === "milliseconds") return value === 0 ? "0" : duration(value);
  if (unit === "percent") return `${count(Math.round(value * 100) / 100)} %`;
  return count(Math.round(value * 100) / 100);
}
