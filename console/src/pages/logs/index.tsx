/** The log groups of an account in a region: how much each stores, and how long. */
import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useState } from "react";
import { to } from "../../app/router.ts";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { Page } from "../../kit/page.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { ago, bytes, count, time } from "../../kit/words.ts";
import { DeleteGroup } from "./delete-group.tsx";
import { listGroups, retentionWords } from "./groups.ts";
import { RetentionDialog } from "./retention-dialog.tsx";

const PAGE_SIZE = 25;

const COLUMNS: readonly TableProps.ColumnDefinition<LogGroup>[] = [
  {
    id: "name",
    header: "Log group",
    sortingField: "logGroupName",
    isRowHeader: true,
    cell: ({ logGroupName = "" }) => <Link href={to("logs", logGroupName)}>{logGroupName}</Link>,
  },
  {
    id: "stored",
    header: "Stored",
    sortingField: "storedBytes",
    cell: ({ storedBytes = 0 }) => bytes(storedBytes),
  },
  {
    id: "retention",
    header: "Retention",
    sortingField: "retentionInDays",
    cell: ({ retentionInDays }) => retentionWords(retentionInDays),
  },
  {
    id: "created",
    header: "Created",
    sortingField: "creationTime",
    cell: ({ creationTime = 0 }) => <span title={time(creationTime)}>{ago(creationTime)}</span>,
  },
];

export default function LogGroupList(): ReactNode {
  const { data, error, isLoading, reload } = useLoad("log groups", listGroups);
  const [dialog, setDialog] = useState<"retention" | "delete">();
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount, actions } = useCollection(
    data ?? [],
    {
      filtering: {
        fields: ["logGroupName"],
        empty: <Empty title="No log groups">A function's group comes with its first invocation.</Empty>,
        noMatch: (
          <Empty
            title="No matches"
            action={<Button onClick={() => actions.setFiltering("")}>Clear the search</Button>}
          >
            No log group's name has that in it.
          </Empty>
        ),
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: { defaultState: { sortingColumn: { sortingField: "logGroupName" } } },
      selection: { trackBy: "logGroupName" },
    },
  );
  const selected = collectionProps.selectedItems?.[0];
  const close = (): void => setDialog(undefined);
  return (
    <Page title="Log groups" isBare>
      <SpaceBetween size="m">
        <Failure error={error} retry={() => void reload()} />
        <Table<LogGroup>
          {...collectionProps}
          variant="full-page"
          stickyHeader
          items={items}
          columnDefinitions={COLUMNS}
          trackBy="logGroupName"
          selectionType="single"
          ariaLabels={{
            tableLabel: "Log groups",
            selectionGroupLabel: "Choose a log group",
            itemSelectionLabel: (_all, { logGroupName }) => `Choose ${logGroupName}`,
          }}
          loading={isLoading && data === undefined}
          loadingText="Loading log groups"
          header={
            <Header
              variant="awsui-h1-sticky"
              counter={data && `(${count(data.length)})`}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel="Load again" onClick={() => void reload()} />
                  <Button disabled={selected === undefined} onClick={() => setDialog("retention")}>
                    Edit retention
                  </Button>
                  <Button disabled={selected === undefined} onClick={() => setDialog("delete")}>
                    Delete
                  </Button>
                </SpaceBetween>
              }
            >
              Log groups
            </Header>
          }
          filter={
            <TextFilter
              {...filterProps}
              filteringPlaceholder="Find log groups"
              filteringAriaLabel="Find log groups"
              countText={`${filteredItemsCount} ${filteredItemsCount === 1 ? "match" : "matches"}`}
            />
          }
          pagination={<Pagination {...paginationProps} />}
        />
      </SpaceBetween>
      {dialog === "retention" && selected !== undefined && (
        <RetentionDialog group={selected} onSaved={reload} onClose={close} />
      )}
      {dialog === "delete" && selected !== undefined && (
        <DeleteGroup
          name={selected.logGroupName ?? ""}
          onClose={close}
          onDeleted={async () => {
            actions.setSelectedItems([]);
            await reload();
          }}
        />
      )}
    </Page>
  );
}
