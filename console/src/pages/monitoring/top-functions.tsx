/** The functions of the account, the most called first: invocations, errors, throttles. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { Empty } from "../../kit/empty.tsx";
import { count, duration } from "../../kit/words.ts";
import { inUnit } from "./metric-chart.tsx";
import type { FunctionCalls } from "./top.ts";

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

export function TopFunctions({ functions }: { readonly functions: readonly FunctionCalls[] }): ReactNode {
  const { items, collectionProps, paginationProps } = useCollection(functions, {
    filtering: { empty: <Empty title="No function was called in this time" /> },
    pagination: { pageSize: PAGE_SIZE },
    sorting: { defaultState: DEFAULT_SORTING },
  });
  return (
    <Table<FunctionCalls>
      {...collectionProps}
      items={items}
      columnDefinitions={COLUMNS}
      trackBy="functionName"
      ariaLabels={{ tableLabel: "Functions by invocations" }}
      header={
        <Header variant="h2" counter={`(${count(functions.length)})`}>
          Functions
        </Header>
      }
      pagination={functions.length > PAGE_SIZE && <Pagination {...paginationProps} />}
    />
  );
}
