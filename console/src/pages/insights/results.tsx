/** What a query found: bars by time where there are such, and the rows. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import BarChart from "@cloudscape-design/components/bar-chart";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { Empty } from "../../kit/empty.tsx";
import { bytes, count } from "../../kit/words.ts";
import { downloadText } from "../log-group/download-text.ts";
import { type Chart, chartOf } from "./chart.ts";
import { csvOf } from "./csv.ts";
import type { Answer, Row } from "./query.ts";

const PAGE_SIZE = 50;

interface Props {
  /** The query whose answer this is, whatever is in the editor now. */
  readonly text: string;
  readonly answer: Answer;
  readonly isRunning: boolean;
}

export function Results({ text, answer, isRunning }: Props): ReactNode {
  const chart = chartOf(text, answer.rows);
  return (
    <>
      {chart !== undefined && <ByTime chart={chart} />}
      <Rows answer={answer} isRunning={isRunning} />
    </>
  );
}

function ByTime({ chart }: { readonly chart: Chart }): ReactNode {
  const isStacked = chart.series.length > 1;
  const tops = chart.times.map((time) => {
    const values = chart.series.map(({ points }) => points.find(({ x }) => x === time)?.y ?? 0);
    return values.reduce((sum, value) => sum + Math.max(0, value), 0);
  });
  const most = Math.max(0, ...tops);
  const least = Math.min(0, ...chart.series.flatMap(({ points }) => points.map(({ y }) => y)));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={chart.leftOut > 0 ? `${count(chart.leftOut)} more series are left out.` : undefined}
        >
          Over time
        </Header>
      }
    >
      <BarChart
        series={chart.series.map(({ title, points }) => ({ type: "bar" as const, title, data: points }))}
        stackedBars={isStacked}
        hideFilter
        hideLegend={!isStacked}
        height={220}
        xDomain={chart.times}
        yDomain={[least, most === 0 ? 1 : most * 1.05]}
        xTitle="Time (UTC)"
        yTitle={isStacked ? "Value" : (chart.series[0]?.title ?? "Value")}
        ariaLabel="Results over time"
        i18nStrings={{ xTickFormatter: shortTime }}
        empty={<Empty title="Nothing to draw" />}
      />
    </Container>
  );
}

function Rows({ answer, isRunning }: Pick<Props, "answer" | "isRunning">): ReactNode {
  const { rows, fields } = answer;
  const { items, collectionProps, paginationProps } = useCollection<Row>(rows, {
    pagination: { pageSize: PAGE_SIZE },
    sorting: {},
  });
  return (
    <Table<Row>
      {...collectionProps}
      variant="container"
      wrapLines
      items={items}
      columnDefinitions={fields.map(columnOf)}
      ariaLabels={{ tableLabel: "Results" }}
      empty={
        isRunning ? (
          <Empty title="Nothing found yet" />
        ) : (
          <Empty title="Nothing found">No line of these groups and this time fits the query.</Empty>
        )
      }
      pagination={<Pagination {...paginationProps} />}
      header={
        <Header
          variant="h2"
          counter={`(${count(rows.length)})`}
          description={`${count(answer.matched)} of ${count(answer.scanned)} lines matched, ${bytes(answer.bytesScanned)} read.`}
          actions={
            <Button
              iconName="download"
              disabled={rows.length === 0}
              onClick={() => downloadText("insights.csv", csvOf(answer), "text/csv")}
            >
              Download CSV
            </Button>
          }
        >
          Results
        </Header>
      }
    />
  );
}

function columnOf(field: string, index: number): TableProps.ColumnDefinition<Row> {
  return {
    id: field,
    header: field,
    isRowHeader: index === 0,
    // Columns are made anew with each answer; by this the table knows which one it is sorted by.
    sortingField: field,
    sortingComparator: (a, b) => compare(a[field] ?? "", b[field] ?? ""),
    // Wide for text that runs on, narrow for the rest.
    minWidth: field === "@message" ? 400 : 140,
    cell: (row) => <Box variant={field === "@message" ? "code" : "span"}>{row[field] ?? ""}</Box>,
  };
}

function compare(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  return a !== "" && b !== "" && !Number.isNaN(x - y) ? x - y : a.localeCompare(b);
}

/** `2026-11-21 10:05:00.000` → `Nov 21\n10:05`. */
function shortTime(time: string): string {
  const date = new Date(`${time.replace(" ", "T")}Z`);
  if (Number.isNaN(date.getTime())) return time;
  const day = date.toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });
  return `${day}\n${time.slice(11, time.endsWith(":00.000") ? 16 : 19)}`;
}
