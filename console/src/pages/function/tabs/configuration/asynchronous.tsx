/** What becomes of events that are taken now and handled later. */
import {
  DeleteFunctionEventInvokeConfigCommand,
  type FunctionEventInvokeConfig,
  ListFunctionEventInvokeConfigsCommand,
} from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { allPages, lambda } from "../../../../kit/lambda.ts";
import { qualifierOfArn, qualifierToSend } from "../../../../kit/qualifier.ts";
import { useLoad } from "../../../../kit/use-load.ts";
import { count } from "../../../../kit/words.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { AsynchronousDialog } from "./asynchronous-dialog.tsx";
import { DeadLetterQueue } from "./dead-letter-queue.tsx";

/** Source: "Configuring error handling settings for Lambda asynchronous invocations". */
export const RETRIES_DEFAULT = 2;
export const AGE_SECONDS_DEFAULT = 21_600;

type Config = FunctionEventInvokeConfig;

export default function Asynchronous(props: FunctionTabProps): ReactNode {
  const { name } = props;
  const { data, error, reload } = useLoad(`event invoke ${name}`, () =>
    allPages(async (marker) => {
      const answer = await lambda().send(
        new ListFunctionEventInvokeConfigsCommand({ FunctionName: name, Marker: marker }),
      );
      return { items: answer.FunctionEventInvokeConfigs, next: answer.NextMarker };
    }),
  );
  const [editing, setEditing] = useState<Config | "new">();
  const [removing, setRemoving] = useState<string>();
  return (
    <SpaceBetween size="l">
      <Failure error={error} retry={reload} />
      <Table<Config>
        items={data ?? []}
        trackBy="FunctionArn"
        loading={data === undefined && error === undefined}
        loadingText="Loading settings"
        wrapLines
        ariaLabels={{ tableLabel: "Asynchronous invocation" }}
        header={
          <Header
            variant="h2"
            description="Of the function itself, and of versions and aliases that differ from what is usual."
            actions={<Button onClick={() => setEditing("new")}>Add settings</Button>}
          >
            Asynchronous invocation
          </Header>
        }
        empty={
          <Empty title="Nothing is set">
            {`An event that fails is tried ${RETRIES_DEFAULT} more times, for up to ${AGE_SECONDS_DEFAULT / 3600} hours.`}
          </Empty>
        }
        columnDefinitions={columns(setEditing, ({ FunctionArn }) => setRemoving(qualifierOfArn(FunctionArn)))}
      />
      <DeadLetterQueue {...props} />
      {editing !== undefined && (
        <AsynchronousDialog
          name={name}
          before={editing === "new" ? undefined : editing}
          reload={reload}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removing !== undefined && (
        <ConfirmDelete
          title={`Remove the settings of ${removing}`}
          verb="Remove"
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await lambda().send(
              new DeleteFunctionEventInvokeConfigCommand({
                FunctionName: name,
                Qualifier: qualifierToSend(removing),
              }),
            );
            await reload();
          }}
        >
          Retries and age are as usual then, and events go to no destination.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

function columns(
  edit: (config: Config) => void,
  remove: (config: Config) => void,
): TableProps.ColumnDefinition<Config>[] {
  const qualifier = ({ FunctionArn }: Config): string => qualifierOfArn(FunctionArn);
  return [
    { id: "for", header: "For", isRowHeader: true, cell: qualifier },
    {
      id: "retries",
      header: "Retries",
      cell: ({ MaximumRetryAttempts }) => MaximumRetryAttempts ?? `${RETRIES_DEFAULT} (usual)`,
    },
    {
      id: "age",
      header: "Maximum age",
      cell: ({ MaximumEventAgeInSeconds: age }) => `${count(age ?? AGE_SECONDS_DEFAULT)} s`,
    },
    {
      id: "success",
      header: "On success",
      cell: ({ DestinationConfig }) => DestinationConfig?.OnSuccess?.Destination ?? "–",
    },
    {
      id: "failure",
      header: "On failure",
      cell: ({ DestinationConfig }) => DestinationConfig?.OnFailure?.Destination ?? "–",
    },
    {
      id: "actions",
      header: "Actions",
      minWidth: 120,
      cell: (each) => (
        <SpaceBetween direction="horizontal" size="xxs">
          <Button
            variant="icon"
            iconName="edit"
            ariaLabel={`Edit the settings of ${qualifier(each)}`}
            onClick={() => edit(each)}
          />
          <Button
            variant="icon"
            iconName="remove"
            ariaLabel={`Remove the settings of ${qualifier(each)}`}
            onClick={() => remove(each)}
          />
        </SpaceBetween>
      ),
    },
  ];
}
