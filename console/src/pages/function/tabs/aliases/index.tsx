/** The aliases of a function: names that lead to one version, or to two. */
import { type AliasConfiguration, DeleteAliasCommand } from "@aws-sdk/client-lambda";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../../../app/frame-state.tsx";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { useLoad } from "../../../../kit/use-load.ts";
import { aliasesOf, publishedVersions, targetWords } from "../../../../kit/versions.ts";
import { count, errorText } from "../../../../kit/words.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { AliasDialog } from "./alias-dialog.tsx";

const PAGE_SIZE = 20;

interface Edited {
  readonly alias: AliasConfiguration | undefined;
  readonly versions: readonly string[];
}

export default function AliasesTab({ name }: FunctionTabProps): ReactNode {
  const { data, error, isLoading, reload } = useLoad(`aliases of ${name}`, () => aliasesOf(name));
  const [edited, setEdited] = useState<Edited>();
  const [leaving, setLeaving] = useState<string>();
  const notify = useNotify();
  const { items, collectionProps, paginationProps } = useCollection(data ?? [], {
    pagination: { pageSize: PAGE_SIZE },
    sorting: { defaultState: { sortingColumn: { sortingField: "Name" } } },
  });
  // Versions may have been published since the tab was opened.
  const edit = async (alias: AliasConfiguration | undefined): Promise<void> => {
    try {
      const versions = (await publishedVersions(name)).map(({ Version = "" }) => Version);
      setEdited({ alias, versions });
    } catch (thrown) {
      notify({ type: "error", header: "The versions could not be read", content: errorText(thrown) });
    }
  };
  return (
    <SpaceBetween size="m">
      <Failure error={error} retry={reload} />
      <Table<AliasConfiguration>
        {...collectionProps}
        items={items}
        columnDefinitions={columns((alias) => void edit(alias), setLeaving)}
        loading={isLoading && data === undefined}
        loadingText="Loading aliases"
        trackBy="Name"
        empty={
          <Empty
            title="No aliases"
            action={<Button onClick={() => void edit(undefined)}>Create alias</Button>}
          >
            An alias is a name that leads to a version, and can be led to another one later.
          </Empty>
        }
        header={
          <Header
            counter={data && `(${count(data.length)})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" ariaLabel="Load the aliases again" onClick={() => void reload()} />
                <Button variant="primary" onClick={() => void edit(undefined)}>
                  Create alias
                </Button>
              </SpaceBetween>
            }
          >
            Aliases
          </Header>
        }
        pagination={paginationProps.pagesCount > 1 && <Pagination {...paginationProps} />}
      />
      {edited !== undefined && (
        <AliasDialog
          functionName={name}
          alias={edited.alias}
          versions={edited.versions}
          onSaved={reload}
          onClose={() => setEdited(undefined)}
        />
      )}
      {leaving !== undefined && (
        <ConfirmDelete
          title={`Delete alias ${leaving}`}
          onClose={() => setLeaving(undefined)}
          onConfirm={async () => {
            await lambda().send(new DeleteAliasCommand({ FunctionName: name, Name: leaving }));
            notify({ type: "success", header: `Deleted: alias ${leaving} of ${name}` });
            await reload();
          }}
        >
          Who calls {name} by this alias is refused from then on. The versions it leads to stay.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

function columns(
  onEdit: (alias: AliasConfiguration) => void,
  onDelete: (name: string) => void,
): readonly TableProps.ColumnDefinition<AliasConfiguration>[] {
  return [
    { id: "name", header: "Alias", sortingField: "Name", isRowHeader: true, cell: ({ Name }) => Name },
    { id: "target", header: "Leads to version", cell: targetWords },
    { id: "description", header: "Description", cell: ({ Description }) => Description || "–" },
    {
      id: "arn",
      header: "ARN",
      cell: ({ Name = "", AliasArn = "" }) => (
        <CopyToClipboard
          variant="icon"
          textToCopy={AliasArn}
          copyButtonAriaLabel={`Copy the ARN of ${Name}`}
          copySuccessText="Copied"
          copyErrorText="Could not be copied"
        />
      ),
    },
    {
      id: "actions",
      header: "Actions",
      cell: (alias) => (
        <SpaceBetween direction="horizontal" size="s">
          <Button
            variant="inline-link"
            ariaLabel={`Change alias ${alias.Name}`}
            onClick={() => onEdit(alias)}
          >
            Change
          </Button>
          <Button
            variant="inline-link"
            ariaLabel={`Delete alias ${alias.Name}`}
            onClick={() => onDelete(alias.Name ?? "")}
          >
            Delete
          </Button>
        </SpaceBetween>
      ),
    },
  ];
}
