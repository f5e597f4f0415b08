/** The cost of each function: a table, dearest first. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { Empty } from "../../kit/empty.tsx";
import { count, duration } from "../../kit/words.ts";
import { type FunctionCost, money } from "./shape.ts";

const PAGE_SIZE = 20;

const COLUMNS: readonly TableProps.ColumnDefinition<FunctionCost>[] = [
  {
    id: "function",
    header: "Function",
    sortingField: "functionName",
    isRowHeader: true,
    cell: ({ functionName }) => <Link href={to("functions", functionName)}>{functionName}</Link>,
  },
  { id: "cost", header: "Cost", sortingField: "cost", cell: ({ cost }) => money(cost) },
  { id: "share", header: "Share", sortingField: "share", cell: ({ share }) => percent(share) },
  {
    id: "requests",
    header: "Requests",
    sortingField: "requests",
    cell: ({ requests }) => count(requests),
  },
  {
    id: "billed",
    header: "Billed time",
    sortingField: "billedMs",
    cell: ({ billedMs }) => duration(billedMs),
  },
  {
    id: "gb-seconds",
    header: "GB-seconds",
    sortingField: "gbSeconds",
    cell: ({ gbSeconds }) => count(Math.round(gbSeconds * 1000) / 1000),
  },
];
const DEFAULT_SORTING = { sortingColumn: { sortingField: "cost" }, isDescending: true };

export function FunctionCosts({ functions }: { readonly functions: readonly FunctionCost[] }): ReactNode {
  const { items, collectionProps, paginationProps } = useCollection(functions, {
    filtering: { empty: <Empty title="No function ran in these days" /> },
    pagination: { pageSize: PAGE_SIZE },
    sorting: { defaultState: DEFAULT_SORTING },
  });
  return (
    <Table<FunctionCost>
      {...collectionProps}
      items={items}
      columnDefinitions={COLUMNS}
      trackBy="functionName"
      ariaLabels={{ tableLabel: "Cost by function" }}
      header={
        <Header variant="h2" counter={`(${count(functions.length)})`}>
          By function
        </Header>
      }
      pagination={functions.length > PAGE_SIZE && <Pagination {...paginationProps} />}
    />
  );
}

function percent(share: number): string {
  return share.toLocaleString("en", { style: "percent", maximumFractionDigits: 1 });
}
