/** The functions that are invoked with this queue's messages. */
import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { allPages, lambda } from "../../kit/lambda.ts";
import { useLoad } from "../../kit/use-load.ts";
import { time } from "../../kit/words.ts";

const LOOK_AGAIN_MS = 3000;

const COLUMNS: readonly TableProps.ColumnDefinition<EventSourceMappingConfiguration>[] = [
  {
    id: "function",
    header: "Function",
    isRowHeader: true,
    cell: ({ FunctionArn = "" }) => {
      const { name, shown } = functionOf(FunctionArn);
      return <Link href={`${to("functions", name)}?tab=triggers`}>{shown}</Link>;
    },
  },
  {
    id: "state",
    header: "State",
    cell: ({ State = "" }) => <StatusIndicator type={indicatorOf(State)}>{State}</StatusIndicator>,
  },
  { id: "batch", header: "Batch size", cell: (each) => each.BatchSize ?? "–" },
  { id: "result", header: "Last result", cell: (each) => each.LastProcessingResult ?? "–" },
  { id: "modified", header: "Last modified", cell: (each) => time(each.LastModified) },
];

export function Triggers({ arn }: { readonly arn: string }): ReactNode {
  const { data, error, isLoading, reload } = useLoad(
    `triggers ${arn}`,
    () =>
      allPages(async (marker) => {
        const wanted = { EventSourceArn: arn, Marker: marker };
        const answer = await lambda().send(new ListEventSourceMappingsCommand(wanted));
        return { items: answer.EventSourceMappings, next: answer.NextMarker };
      }),
    LOOK_AGAIN_MS,
  );
  return (
    <>
      <Failure error={error} retry={() => void reload()} />
      <Table<EventSourceMappingConfiguration>
        variant="container"
        items={data ?? []}
        columnDefinitions={COLUMNS}
        trackBy="UUID"
        loading={isLoading && data === undefined}
        loadingText="Loading triggers"
        ariaLabels={{ tableLabel: "Lambda triggers" }}
        empty={<Empty title="No triggers">No function is invoked with this queue's messages.</Empty>}
        header={
          <Header variant="h2" counter={data && `(${data.length})`}>
            Lambda triggers
          </Header>
        }
      />
    </>
  );
}

/** `arn:aws:lambda:region:account:function:name[:qualifier]` */
function functionOf(arn: string): { readonly name: string; readonly shown: string } {
  const [name = "", qualifier] = arn.split(":").slice(6);
  return { name, shown: qualifier === undefined ? name : `${name}:${qualifier}` };
}

function indicatorOf(state: string): "success" | "stopped" | "in-progress" {
  if (state === "Enabled") return "success";
  return state === "Disabled" ? "stopped" : "in-progress";
}
