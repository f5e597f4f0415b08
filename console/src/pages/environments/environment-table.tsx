/** The same environments as rows: for screen readers, for sorting, for those who like tables. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { Empty } from "../../kit/empty.tsx";
import { originOf } from "./picture.ts";
import type { EnvironmentView } from "./snapshot.ts";
import { StateMark } from "./state-mark.tsx";
import { useNow } from "./use-environments.ts";
import { age, memoryWords, ORIGIN_WORDS, STATE_WORDS, shortId } from "./words.ts";

const PAGE_SIZE = 50;

const COLUMNS: readonly TableProps.ColumnDefinition<EnvironmentView>[] = [
  { id: "id", header: "Environment", cell: ({ id }) => shortId(id), sortingField: "id", isRowHeader: true },
  {
    id: "function",
    header: "Function",
    cell: ({ functionName }) => <Link href={to("functions", functionName)}>{functionName}</Link>,
    sortingField: "functionName",
  },
  { id: "version", header: "Version", cell: ({ version }) => version, sortingField: "version" },
  {
    id: "state",
    header: "State",
    cell: ({ state }) => (
      <span className="env-table-state">
        <StateMark state={state} /> {STATE_WORDS[state]}
      </span>
    ),
    sortingField: "state",
  },
  { id: "memory", header: "Memory, peak", cell: memoryWords, sortingField: "peakMemoryBytes" },
  {
    id: "invocations",
    header: "Invocations",
    cell: ({ invocations }) => invocations,
    sortingField: "invocations",
  },
  { id: "origin", header: "Start", cell: (each) => ORIGIN_WORDS[originOf(each)] },
  {
    id: "age",
    header: "Age",
    cell: (each) => <Age sinceMs={each.createdAtMs} />,
    sortingField: "createdAtMs",
  },
];

interface Props {
  readonly environments: readonly EnvironmentView[];
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

export function EnvironmentTable({ environments, selected, onSelect }: Props): ReactNode {
  const { items, collectionProps, paginationProps } = useCollection(environments, {
    sorting: { defaultState: { sortingColumn: { sortingField: "functionName" } } },
    pagination: { pageSize: PAGE_SIZE },
  });
  return (
    <Table
      {...collectionProps}
      variant="embedded"
      items={items}
      columnDefinitions={COLUMNS}
      trackBy="id"
      selectionType="single"
      selectedItems={environments.filter(({ id }) => id === selected)}
      onSelectionChange={({ detail }) => onSelect(detail.selectedItems[0]?.id ?? "")}
      ariaLabels={{
        tableLabel: "Execution environments",
        selectionGroupLabel: "Which environment's details are shown",
        itemSelectionLabel: (_, { id }) => `Details of ${shortId(id)}`,
      }}
      pagination={<Pagination {...paginationProps} />}
      empty={<Empty title="No environment is alive">The next invocation makes one.</Empty>}
    />
  );
}

function Age({ sinceMs }: { readonly sinceMs: number }): ReactNode {
  return age(useNow() - sinceMs);
}
