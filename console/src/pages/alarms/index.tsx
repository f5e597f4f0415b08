/** The alarms of an account in a region: their states, what they watch, and the way to each. */
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import HelpPanel from "@cloudscape-design/components/help-panel";
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
import { ago, count, time } from "../../kit/words.ts";
import { AlarmDialog } from "./alarm-dialog.tsx";
import { AlarmState } from "./alarm-state.tsx";
import { listAlarms } from "./alarms.ts";
import { DeleteAlarms } from "./delete-alarms.tsx";
import { condition, functionOf } from "./words.ts";

const REFRESH_MS = 5000;
const PAGE_SIZE = 25;

const COLUMNS: readonly TableProps.ColumnDefinition<MetricAlarm>[] = [
  {
    id: "name",
    header: "Alarm",
    sortingField: "AlarmName",
    isRowHeader: true,
    cell: ({ AlarmName = "" }) => <Link href={to("alarms", AlarmName)}>{AlarmName}</Link>,
  },
  {
    id: "state",
    header: "State",
    sortingField: "StateValue",
    cell: (alarm) => <AlarmState alarm={alarm} />,
  },
  { id: "condition", header: "In alarm when", cell: condition },
  { id: "function", header: "Function", cell: (alarm) => functionOf(alarm) ?? "–" },
  {
    id: "since",
    header: "Since",
    sortingField: "StateTransitionedTimestamp",
    cell: ({ StateTransitionedTimestamp: at }) => (at ? <span title={time(at)}>{ago(at)}</span> : "–"),
  },
  {
    id: "actions",
    header: "Actions",
    cell: ({ ActionsEnabled, AlarmActions = [] }) =>
      AlarmActions.length === 0 ? "None" : `${count(AlarmActions.length)}${ActionsEnabled ? "" : " (off)"}`,
  },
];

export default function AlarmList(): ReactNode {
  const { data, error, isLoading, reload } = useLoad("alarms", listAlarms, REFRESH_MS);
  const [doing, setDoing] = useState<"create" | "delete">();
  const create = <Button onClick={() => setDoing("create")}>Create alarm</Button>;
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount, actions } = useCollection(
    data ?? [],
    {
      filtering: {
        empty: (
          <Empty title="No alarms" action={create}>
            Nothing is watched yet.
          </Empty>
        ),
        noMatch: (
          <Empty
            title="No matches"
            action={<Button onClick={() => actions.setFiltering("")}>Clear the search</Button>}
          />
        ),
        filteringFunction: (alarm, words) => searchable(alarm).includes(words.toLowerCase()),
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: { defaultState: { sortingColumn: { sortingField: "AlarmName" } } },
      selection: { keepSelection: true, trackBy: "AlarmName" },
    },
  );
  const chosen = (collectionProps.selectedItems ?? []).map(({ AlarmName = "" }) => AlarmName);
  return (
    <Page title="Alarms" help={HELP} isBare>
      <SpaceBetween size="m">
        <Failure error={error} retry={() => void reload()} />
        <Table<MetricAlarm>
          {...collectionProps}
          variant="full-page"
          stickyHeader
          selectionType="multi"
          items={items}
          columnDefinitions={COLUMNS}
          trackBy="AlarmName"
          loading={isLoading && data === undefined}
          loadingText="Loading alarms"
          ariaLabels={{
            tableLabel: "Alarms",
            selectionGroupLabel: "Choose alarms",
            allItemsSelectionLabel: () => "Choose all",
            itemSelectionLabel: (_all, { AlarmName }) => `Choose ${AlarmName}`,
          }}
          header={
            <Header
              variant="awsui-h1-sticky"
              counter={data && `(${count(data.length)})`}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel="Load again" onClick={() => void reload()} />
                  <Button disabled={chosen.length === 0} onClick={() => setDoing("delete")}>
                    Delete
                  </Button>
                  <Button variant="primary" onClick={() => setDoing("create")}>
                    Create alarm
                  </Button>
                </SpaceBetween>
              }
            >
              Alarms
            </Header>
          }
          filter={
            <TextFilter
              {...filterProps}
              filteringPlaceholder="Find alarms"
              filteringAriaLabel="Find alarms"
              countText={`${filteredItemsCount} ${filteredItemsCount === 1 ? "match" : "matches"}`}
            />
          }
          pagination={<Pagination {...paginationProps} />}
        />
      </SpaceBetween>
      {doing === "create" && (
        <AlarmDialog alarm={undefined} onDone={() => void reload()} onClose={() => setDoing(undefined)} />
      )}
      {doing === "delete" && (
        <DeleteAlarms
          names={chosen}
          onDone={() => {
            actions.setSelectedItems([]);
            void reload();
          }}
          onClose={() => setDoing(undefined)}
        />
      )}
    </Page>
  );
}

function searchable(alarm: MetricAlarm): string {
  const { AlarmName, AlarmDescription = "" } = alarm;
  return `${AlarmName} ${AlarmDescription} ${condition(alarm)} ${functionOf(alarm) ?? ""}`.toLowerCase();
}

const HELP = (
  <HelpPanel header={<h2>Alarms</h2>}>
    <p>
      An alarm compares a metric with a threshold, at each turn of a minute and when it is made. Only minutes
      that are over count.
    </p>
    <p>
      Actions (a function to invoke, a topic) are given by PutMetricAlarm, with the CLI or an SDK. Editing an
      alarm here keeps them.
    </p>
  </HelpPanel>
);
