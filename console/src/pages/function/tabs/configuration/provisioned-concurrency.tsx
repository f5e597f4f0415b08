/** Environments kept ready for versions and aliases, with how many of them are there by now. */
import {
  DeleteProvisionedConcurrencyConfigCommand,
  ListProvisionedConcurrencyConfigsCommand,
  type ProvisionedConcurrencyConfigListItem,
} from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { allPages, lambda } from "../../../../kit/lambda.ts";
import { qualifierOfArn } from "../../../../kit/qualifier.ts";
import { useLoad } from "../../../../kit/use-load.ts";
import { time } from "../../../../kit/words.ts";
import { type Provisioned, ProvisionedDialog } from "./provisioned-dialog.tsx";

const LOOK_AGAIN_MS = 1000;

type Item = ProvisionedConcurrencyConfigListItem;

export function ProvisionedConcurrency({ name }: { readonly name: string }): ReactNode {
  const { data, error, reload } = useLoad(
    `provisioned ${name}`,
    () =>
      allPages(async (marker) => {
        const answer = await lambda().send(
          new ListProvisionedConcurrencyConfigsCommand({ FunctionName: name, Marker: marker }),
        );
        return { items: answer.ProvisionedConcurrencyConfigs, next: answer.NextMarker };
      }),
    LOOK_AGAIN_MS,
  );
  const [editing, setEditing] = useState<Provisioned | "new">();
  const [removing, setRemoving] = useState<string>();
  return (
    <>
      <Failure error={error} retry={reload} />
      <Table<Item>
        items={data ?? []}
        trackBy="FunctionArn"
        loading={data === undefined && error === undefined}
        loadingText="Loading provisioned concurrency"
        ariaLabels={{ tableLabel: "Provisioned concurrency" }}
        header={
          <Header
            variant="h2"
            counter={data && `(${data.length})`}
            description="Environments that are initialised before anybody calls, for a version or an alias."
            actions={<Button onClick={() => setEditing("new")}>Add</Button>}
          >
            Provisioned concurrency
          </Header>
        }
        empty={<Empty title="No provisioned concurrency">The first calls meet cold starts.</Empty>}
        columnDefinitions={columns((item, verb) => {
          const qualifier = qualifierOf(item);
          if (verb === "remove") setRemoving(qualifier);
          else setEditing({ qualifier, requested: item.RequestedProvisionedConcurrentExecutions ?? 1 });
        })}
      />
      {editing !== undefined && (
        <ProvisionedDialog
          name={name}
          before={editing === "new" ? undefined : editing}
          reload={reload}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removing !== undefined && (
        <ConfirmDelete
          title={`Remove the provisioned concurrency of ${removing}`}
          verb="Remove"
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await lambda().send(
              new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: name, Qualifier: removing }),
            );
            await reload();
          }}
        >
          Its environments are given up; calls may meet cold starts again.
        </ConfirmDelete>
      )}
    </>
  );
}

function columns(act: (item: Item, verb: "edit" | "remove") => void): TableProps.ColumnDefinition<Item>[] {
  return [
    { id: "qualifier", header: "Version or alias", isRowHeader: true, cell: qualifierOf },
    { id: "status", header: "Status", cell: (item) => <Status item={item} /> },
    { id: "requested", header: "Requested", cell: (item) => item.RequestedProvisionedConcurrentExecutions },
    { id: "available", header: "Available", cell: (item) => item.AvailableProvisionedConcurrentExecutions },
    { id: "modified", header: "Last modified", cell: (item) => time(item.LastModified) },
    {
      id: "actions",
      header: "Actions",
      minWidth: 120,
      cell: (item) => (
        <SpaceBetween direction="horizontal" size="xxs">
          <Button
            variant="icon"
            iconName="edit"
            ariaLabel={`Edit ${qualifierOf(item)}`}
            onClick={() => act(item, "edit")}
          />
          <Button
            variant="icon"
            iconName="remove"
            ariaLabel={`Remove ${qualifierOf(item)}`}
            onClick={() => act(item, "remove")}
          />
        </SpaceBetween>
      ),
    },
  ];
}

function Status({ item }: { readonly item: Item }): ReactNode {
  if (item.Status === "READY") return <StatusIndicator type="success">Ready</StatusIndicator>;
  if (item.Status === "FAILED") {
    return <StatusIndicator type="error">{item.StatusReason ?? "Failed"}</StatusIndicator>;
  }
  return (
    <StatusIndicator type="in-progress">
      {`${item.AllocatedProvisionedConcurrentExecutions ?? 0} of ${item.RequestedProvisionedConcurrentExecutions} started`}
    </StatusIndicator>
  );
}

function qualifierOf({ FunctionArn }: Item): string {
  return qualifierOfArn(FunctionArn);
}
