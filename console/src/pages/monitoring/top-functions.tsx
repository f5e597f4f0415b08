/** The functions of the account, the most called first: invocations, errors, throttles. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { metricData } from "../../kit/cloud-watch.ts";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { count, duration } from "../../kit/words.ts";
import { inUnit } from "./metric-chart.tsx";
import { spanOf } from "./range.ts";
import type { TimeChoice } from "./time-controls.tsx";
import { callsOf, type FunctionCalls, topQueries } from "./top.ts";

const PAGE_SIZE = 10;
const DEFAULT_SORTING = { sortingColumn: { sortingField: "invocations" }, isDescending: true };

const COLUMNS: readonly TableProps.ColumnDefinition<FunctionCalls>[] = [
  {
    id: "function",
    header: "Function",
    sortingField: "functionName",
    isRowHeader: true,
    cell: ({ functionName }) => (
      <Link href={`${to("functions", functionName)}?tab=monitor`}>{functionName}</Link>
    ),
  },
  {
    id: "invocations",
    header: "Invocations",
    sortingField: "invocations",
    cell: (each) => count(each.invocations),
  },
  { id: "errors", header: "Errors", sortingField: "errors", cell: ({ errors }) => count(errors) },
  {
    id: "success",
    header: "Success rate",
    sortingField: "successRate",
    cell: ({ successRate }) => (successRate === undefined ? "–" : inUnit(successRate, "percent")),
  },
  { id: "throttles", header: "Throttles", sortingField: "throttles", cell: (each) => count(each.throttles) },
  {
    id: "longest",
    header: "Longest call",
    sortingField: "longestMs",
    cell: ({ longestMs }) => (longestMs === undefined ? "–" : duration(longestMs)),
  },
];

interface Props {
  readonly choice: TimeChoice;
  readonly refreshMs: number | undefined;
}

export function TopFunctions({ choice, refreshMs }: Props): ReactNode {
  const { data, error, isLoading, reload } = useLoad(
    JSON.stringify(choice),
    async (signal) => {
      const span = spanOf(choice.range, choice.periodSeconds, Date.now());
      return callsOf(await metricData(topQueries(span.periodSeconds), span, signal));
    },
    refreshMs,
  );
  const functions = data ?? [];
  const { items, collectionProps, paginationProps } = useCollection(functions, {
    filtering: { empty: <Empty title="No function was called in this time" /> },
    pagination: { pageSize: PAGE_SIZE },
    sorting: { defaultState: DEFAULT_SORTING },
  });
  return (
    <SpaceBetween size="m">
      <Failure error={error} retry={() => void reload()} />
      <Table<FunctionCalls>
        {...collectionProps}
        items={items}
        columnDefinitions={COLUMNS}
        trackBy="functionName"
        loading={isLoading && data === undefined}
        loadingText="Looking for what was called"
        ariaLabels={{ tableLabel: "Functions by invocations" }}
        header={
          <Header variant="h2" counter={data && `(${count(data.length)})`}>
            Functions
          </Header>
        }
        pagination={functions.length > PAGE_SIZE && <Pagination {...paginationProps} />}
      />
    </SpaceBetween>
  );
}
