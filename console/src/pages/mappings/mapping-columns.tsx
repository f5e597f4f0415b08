/** The columns of a list of event source mappings. */
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import { to } from "../../app/router.ts";
import { ago, time } from "../../kit/words.ts";
import { MappingState } from "./mapping-state.tsx";
import { batchOf, functionOf, type Mapping, sourceOf } from "./words.ts";

type Column = TableProps.ColumnDefinition<Mapping>;

const FUNCTION: Column = {
  id: "function",
  header: "Function",
  sortingComparator: (a, b) => functionOf(a).label.localeCompare(functionOf(b).label, "en"),
  cell: (mapping) => {
    const { name, label } = functionOf(mapping);
    return <Link href={`${to("functions", name)}?tab=configuration&section=triggers`}>{label}</Link>;
  },
};

export function mappingColumns(hasFunctions: boolean): readonly Column[] {
  return [
    {
      id: "source",
      header: "Source",
      isRowHeader: true,
      sortingComparator: (a, b) => sourceOf(a).name.localeCompare(sourceOf(b).name, "en"),
      cell: (mapping) => <span title={mapping.EventSourceArn}>{sourceOf(mapping).name}</span>,
    },
    { id: "kind", header: "Kind", cell: (mapping) => sourceOf(mapping).kind },
    ...(hasFunctions
      ? [FUNCTION]
      : [
          {
            id: "qualifier",
            header: "Calls",
            cell: (mapping: Mapping) => functionOf(mapping).label,
          },
        ]),
    {
      id: "state",
      header: "State",
      sortingField: "State",
      cell: (mapping) => <MappingState mapping={mapping} />,
    },
    { id: "batch", header: "Batch", cell: batchOf },
    {
      id: "concurrency",
      header: "Maximum concurrency",
      cell: (mapping) => mapping.ScalingConfig?.MaximumConcurrency ?? "–",
    },
    {
      id: "filters",
      header: "Filters",
      cell: (mapping) => mapping.FilterCriteria?.Filters?.length ?? 0,
    },
    {
      id: "modified",
      header: "Last modified",
      sortingComparator: (a, b) => (a.LastModified?.getTime() ?? 0) - (b.LastModified?.getTime() ?? 0),
      cell: ({ LastModified }) => LastModified && <span title={time(LastModified)}>{ago(LastModified)}</span>,
    },
  ];
}
