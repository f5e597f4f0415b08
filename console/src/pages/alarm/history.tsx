/** What became of an alarm: its states, its changes, what it did. */
import { type AlarmHistoryItem, DescribeAlarmHistoryCommand } from "@aws-sdk/client-cloudwatch";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { cloudWatch } from "../../kit/cloud-watch.ts";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { allPages } from "../../kit/lambda.ts";
import { useLoad } from "../../kit/use-load.ts";
import { count, time } from "../../kit/words.ts";

const REFRESH_MS = 5000;
const PAGE_SIZE = 20;

const KINDS: Readonly<Record<string, string>> = {
  ConfigurationUpdate: "Configuration",
  StateUpdate: "State",
  Action: "Action",
};

const COLUMNS: readonly TableProps.ColumnDefinition<AlarmHistoryItem>[] = [
  { id: "time", header: "Time", cell: ({ Timestamp }) => time(Timestamp) },
  {
    id: "kind",
    header: "Kind",
    cell: ({ HistoryItemType: kind = "" }) => KINDS[kind] ?? kind,
  },
  { id: "summary", header: "What happened", isRowHeader: true, cell: (each) => each.HistorySummary },
  {
    id: "details",
    header: "Details",
    cell: ({ HistoryData }) => HistoryData && <Details json={HistoryData} />,
  },
];

export function History({ name }: { readonly name: string }): ReactNode {
  const { data, error, isLoading, reload } = useLoad(
    `history of ${name}`,
    (signal) =>
      allPages(async (marker) => {
        const command = new DescribeAlarmHistoryCommand({
          AlarmName: name,
          MaxRecords: 100,
          NextToken: marker,
        });
        const answer = await cloudWatch().send(command, { abortSignal: signal });
        return { items: answer.AlarmHistoryItems, next: answer.NextToken };
      }),
    REFRESH_MS,
  );
  const { items, collectionProps, paginationProps } = useCollection(data ?? [], {
    filtering: { empty: <Empty title="Nothing has happened yet" /> },
    pagination: { pageSize: PAGE_SIZE },
  });
  return (
    <SpaceBetween size="m">
      <Failure error={error} retry={() => void reload()} />
      <Table<AlarmHistoryItem>
        {...collectionProps}
        items={items}
        columnDefinitions={COLUMNS}
        wrapLines
        loading={isLoading && data === undefined}
        loadingText="Loading the history"
        ariaLabels={{ tableLabel: "History" }}
        header={
          <Header variant="h2" counter={data && `(${count(data.length)})`}>
            History
          </Header>
        }
        pagination={(data?.length ?? 0) > PAGE_SIZE && <Pagination {...paginationProps} />}
      />
    </SpaceBetween>
  );
}

function Details({ json }: { readonly json: string }): ReactNode {
  return (
    <ExpandableSection headerText="Show">
      <Box variant="pre">{indented(json)}</Box>
    </ExpandableSection>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2);
  } catch {
    return json;
  }
}
