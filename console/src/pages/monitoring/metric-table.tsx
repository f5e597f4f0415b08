/** A chart's values as a table: for whom colours and curves say nothing. The latest first. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { Empty } from "../../kit/empty.tsx";
import { time } from "../../kit/words.ts";
import type { DrawnChart } from "./charts.ts";
import { inUnit } from "./metric-chart.tsx";

/** More rows say less; a longer period has fewer. */
const ROWS_MAX = 30;

interface Row {
  readonly atMs: number;
  readonly values: readonly (number | undefined)[];
}

export function MetricTable({ chart }: { readonly chart: DrawnChart }): ReactNode {
  const { title, lines, unit } = chart;
  const rows = rowsOf(chart);
  const columns: TableProps.ColumnDefinition<Row>[] = [
    { id: "time", header: "Time", isRowHeader: true, cell: ({ atMs }) => time(atMs) },
    ...lines.map((line, place) => ({
      id: line.title,
      header: line.title,
      cell: ({ values }: Row) => {
        const value = values[place];
        return value === undefined ? "–" : inUnit(value, unit);
      },
    })),
  ];
  return (
    <Container
      fitHeight
      disableContentPaddings
      header={
        <Header
          variant="h3"
          description={rows.length > ROWS_MAX ? `The latest ${ROWS_MAX} periods` : undefined}
        >
          {title}
        </Header>
      }
    >
      <Table<Row>
        variant="embedded"
        contentDensity="compact"
        items={rows.slice(0, ROWS_MAX)}
        columnDefinitions={columns}
        ariaLabels={{ tableLabel: title }}
        empty={<Empty title="No data">Nothing was counted in this time.</Empty>}
      />
    </Container>
  );
}

/** Periods in which nothing at all was counted are left out. */
function rowsOf({ lines }: DrawnChart): Row[] {
  const times = new Set(lines.flatMap(({ points }) => points.map(({ x }) => x.getTime())));
  const known = lines.map(({ points }) => new Map(points.map(({ x, y }) => [x.getTime(), y])));
  return [...times]
    .sort((one, other) => other - one)
    .map((atMs) => ({ atMs, values: known.map((points) => points.get(atMs)) }))
    .filter(({ values }) => values.some((value) => value !== undefined && value !== 0));
}
