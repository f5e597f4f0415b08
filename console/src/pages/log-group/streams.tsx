/** The streams of a log group, the latest first. */
import {
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  type LogStream,
} from "@aws-sdk/client-cloudwatch-logs";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { to } from "../../app/router.ts";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { time } from "../../kit/words.ts";
import { logs } from "./logs-client.ts";

const SHOWN_MAX = 50;

export function Streams({ group }: { readonly group: string }): ReactNode {
  const notify = useNotify();
  const [typed, setTyped] = useState("");
  const [prefix, setPrefix] = useState("");
  const [doomed, setDoomed] = useState<string>();
  const { data, error, isLoading, reload } = useLoad(`streams ${group} ${prefix}`, async () => {
    // A prefix goes with the order by name only; without one, the latest are wanted.
    const order = prefix === "" ? "LastEventTime" : "LogStreamName";
    return logs().send(
      new DescribeLogStreamsCommand({
        logGroupName: group,
        orderBy: order,
        descending: prefix === "",
        limit: SHOWN_MAX,
        ...(prefix !== "" && { logStreamNamePrefix: prefix }),
      }),
    );
  });
  const streams = data?.logStreams;
  return (
    <>
      <Table<LogStream>
        variant="container"
        items={streams ?? []}
        trackBy="logStreamName"
        wrapLines
        loading={isLoading && data === undefined}
        loadingText="Loading streams"
        ariaLabels={{ tableLabel: "Log streams" }}
        empty={<Empty title="No streams">{prefix === "" ? undefined : "No stream's name begins so."}</Empty>}
        filter={
          <TextFilter
            filteringText={typed}
            filteringPlaceholder="Streams whose name begins with"
            filteringAriaLabel="Streams whose name begins with"
            onDelayedChange={({ detail }) => setPrefix(detail.filteringText)}
            onChange={({ detail }) => setTyped(detail.filteringText)}
          />
        }
        header={
          <SpaceBetween size="s">
            <Header
              variant="h2"
              counter={streams && `(${streams.length}${data?.nextToken === undefined ? "" : "+"})`}
              actions={
                <Button iconName="refresh" ariaLabel="Load streams again" onClick={() => void reload()} />
              }
            >
              Log streams
            </Header>
            <Failure error={error} retry={() => void reload()} />
          </SpaceBetween>
        }
        columnDefinitions={[
          {
            id: "name",
            header: "Stream",
            isRowHeader: true,
            cell: ({ logStreamName = "" }) => (
              <Link href={`${to("logs", group)}?${new URLSearchParams({ stream: logStreamName })}`}>
                {logStreamName}
              </Link>
            ),
          },
          { id: "first", header: "First line", cell: (each) => time(each.firstEventTimestamp) },
          { id: "last", header: "Last line", cell: (each) => time(each.lastEventTimestamp) },
          {
            id: "delete",
            header: "Actions",
            cell: ({ logStreamName = "" }) => (
              <Button
                variant="inline-link"
                ariaLabel={`Delete stream ${logStreamName}`}
                onClick={() => setDoomed(logStreamName)}
              >
                Delete
              </Button>
            ),
          },
        ]}
      />
      {doomed !== undefined && (
        <ConfirmDelete
          title="Delete log stream"
          onClose={() => setDoomed(undefined)}
          onConfirm={async () => {
            await logs().send(new DeleteLogStreamCommand({ logGroupName: group, logStreamName: doomed }));
            notify({ type: "success", header: `Deleted: log stream ${doomed}` });
            await reload();
          }}
        >
          Stream {doomed} is deleted for good, with all its lines.
        </ConfirmDelete>
      )}
    </>
  );
}
