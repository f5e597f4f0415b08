/** Function URLs: of the function itself and of its aliases. */
import {
  DeleteFunctionUrlConfigCommand,
  type FunctionUrlConfig,
  ListFunctionUrlConfigsCommand,
} from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { allPages, lambda } from "../../../../kit/lambda.ts";
import { qualifierOfArn, qualifierToSend } from "../../../../kit/qualifier.ts";
import { useLoad } from "../../../../kit/use-load.ts";
import { time } from "../../../../kit/words.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { UrlDialog } from "./url-dialog.tsx";

export default function Urls({ name }: FunctionTabProps): ReactNode {
  const { data, error, reload } = useLoad(`urls ${name}`, () =>
    allPages(async (marker) => {
      const answer = await lambda().send(
        new ListFunctionUrlConfigsCommand({ FunctionName: name, Marker: marker }),
      );
      return { items: answer.FunctionUrlConfigs, next: answer.NextMarker };
    }),
  );
  const [editing, setEditing] = useState<FunctionUrlConfig | "new">();
  const [removing, setRemoving] = useState<FunctionUrlConfig>();
  return (
    <SpaceBetween size="m">
      <Failure error={error} retry={reload} />
      <Table<FunctionUrlConfig>
        items={data ?? []}
        trackBy="FunctionArn"
        loading={data === undefined && error === undefined}
        loadingText="Loading function URLs"
        wrapLines
        ariaLabels={{ tableLabel: "Function URLs" }}
        header={
          <Header
            variant="h2"
            counter={data && `(${data.length})`}
            description="An address of its own for the function or an alias: a call to it is an invocation."
            actions={<Button onClick={() => setEditing("new")}>Create function URL</Button>}
          >
            Function URL
          </Header>
        }
        empty={<Empty title="No function URL">The function is invoked through the API only.</Empty>}
        columnDefinitions={columns(setEditing, setRemoving)}
      />
      {editing !== undefined && (
        <UrlDialog
          name={name}
          before={editing === "new" ? undefined : editing}
          reload={reload}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removing !== undefined && (
        <ConfirmDelete
          title={`Delete the function URL of ${qualifierOfArn(removing.FunctionArn)}`}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            const Qualifier = qualifierToSend(qualifierOfArn(removing.FunctionArn));
            await lambda().send(new DeleteFunctionUrlConfigCommand({ FunctionName: name, Qualifier }));
            await reload();
          }}
        >
          Calls to {removing.FunctionUrl} find nothing any more.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

function columns(
  edit: (url: FunctionUrlConfig) => void,
  remove: (url: FunctionUrlConfig) => void,
): TableProps.ColumnDefinition<FunctionUrlConfig>[] {
  return [
    {
      id: "for",
      header: "Calls",
      isRowHeader: true,
      cell: ({ FunctionArn }) => qualifierOfArn(FunctionArn),
    },
    { id: "url", header: "URL", minWidth: 260, cell: (each) => <Address url={each.FunctionUrl ?? ""} /> },
    {
      id: "auth",
      header: "Authentication",
      cell: ({ AuthType }) => (AuthType === "NONE" ? "None: anybody may call" : AuthType),
    },
    {
      id: "mode",
      header: "Invoke mode",
      cell: ({ InvokeMode }) => (InvokeMode === "RESPONSE_STREAM" ? "Response stream" : "Buffered"),
    },
    { id: "cors", header: "CORS", cell: ({ Cors }) => Cors?.AllowOrigins?.join(", ") ?? "Not set" },
    { id: "modified", header: "Last modified", cell: (each) => time(each.LastModifiedTime) },
    {
      id: "actions",
      header: "Actions",
      minWidth: 120,
      cell: (each) => (
        <SpaceBetween direction="horizontal" size="xxs">
          <Button
            variant="icon"
            iconName="edit"
            ariaLabel={`Edit the URL of ${qualifierOfArn(each.FunctionArn)}`}
            onClick={() => edit(each)}
          />
          <Button
            variant="icon"
            iconName="remove"
            ariaLabel={`Delete the URL of ${qualifierOfArn(each.FunctionArn)}`}
            onClick={() => remove(each)}
          />
        </SpaceBetween>
      ),
    },
  ];
}

function Address({ url }: { readonly url: string }): ReactNode {
  return (
    <SpaceBetween direction="horizontal" size="xxs" alignItems="center">
      <CopyToClipboard
        variant="icon"
        textToCopy={url}
        copyButtonAriaLabel={`Copy ${url}`}
        copySuccessText="Copied"
        copyErrorText="Could not be copied"
      />
      <Link href={url} external externalIconAriaLabel="Opens in a new tab">
        {url}
      </Link>
    </SpaceBetween>
  );
}
