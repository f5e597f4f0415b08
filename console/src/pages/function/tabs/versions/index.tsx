/** The published versions of a function: publish one, look at one, delete one. */
import { DeleteFunctionCommand, type FunctionConfiguration } from "@aws-sdk/client-lambda";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../../../app/frame-state.tsx";
import { to } from "../../../../app/router.ts";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { useLoad } from "../../../../kit/use-load.ts";
import { aliasesOf, publishedVersions } from "../../../../kit/versions.ts";
import { ago, bytes, count, time } from "../../../../kit/words.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { PublishVersion } from "./publish-version.tsx";

const PAGE_SIZE = 20;

interface Row {
  readonly version: FunctionConfiguration;
  /** Names of the aliases that lead here. */
  readonly aliases: readonly string[];
}

export default function VersionsTab({ name }: FunctionTabProps): ReactNode {
  const { data, error, isLoading, reload } = useLoad(`versions of ${name}`, () => rowsOf(name));
  const [isPublishing, setPublishing] = useState(false);
  const [leaving, setLeaving] = useState<string>();
  const notify = useNotify();
  const { items, collectionProps, paginationProps } = useCollection(data ?? [], {
    pagination: { pageSize: PAGE_SIZE },
  });
  return (
    <SpaceBetween size="m">
      <Failure error={error} retry={reload} />
      <Table<Row>
        {...collectionProps}
        items={items}
        columnDefinitions={columns(name, setLeaving)}
        loading={isLoading && data === undefined}
        loadingText="Loading versions"
        trackBy={({ version }) => version.Version ?? ""}
        empty={
          <Empty
            title="No versions"
            action={<Button onClick={() => setPublishing(true)}>Publish version</Button>}
          >
            A version keeps the code and the settings of a moment under a number.
          </Empty>
        }
        header={
          <Header
            counter={data && `(${count(data.length)})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  iconName="refresh"
                  ariaLabel="Load the versions again"
                  onClick={() => void reload()}
                />
                <Button variant="primary" onClick={() => setPublishing(true)}>
                  Publish version
                </Button>
              </SpaceBetween>
            }
          >
            Versions
          </Header>
        }
        pagination={paginationProps.pagesCount > 1 && <Pagination {...paginationProps} />}
      />
      {isPublishing && (
        <PublishVersion
          name={name}
          known={new Set((data ?? []).map(({ version }) => version.Version ?? ""))}
          onPublished={reload}
          onClose={() => setPublishing(false)}
        />
      )}
      {leaving !== undefined && (
        <ConfirmDelete
          title={`Delete version ${leaving} of ${name}`}
          onClose={() => setLeaving(undefined)}
          onConfirm={async () => {
            await lambda().send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: leaving }));
            notify({ type: "success", header: `Deleted: version ${leaving} of ${name}` });
            await reload();
          }}
        >
          This version is deleted for good, and its number is not given again. An alias that points to it
          stands in the way.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

async function rowsOf(name: string): Promise<Row[]> {
  const [versions, aliases] = await Promise.all([publishedVersions(name), aliasesOf(name)]);
  return versions.map((version) => ({
    version,
    aliases: aliases
      .filter(
        ({ FunctionVersion, RoutingConfig }) =>
          FunctionVersion === version.Version ||
          RoutingConfig?.AdditionalVersionWeights?.[version.Version ?? ""] !== undefined,
      )
      .map(({ Name = "" }) => Name),
  }));
}

function columns(
  name: string,
  onDelete: (version: string) => void,
): readonly TableProps.ColumnDefinition<Row>[] {
  return [
    {
      id: "version",
      header: "Version",
      isRowHeader: true,
      cell: ({ version: { Version = "" } }) => (
        <Link
          href={`${to("functions", name)}?version=${encodeURIComponent(Version)}`}
          ariaLabel={`Version ${Version}`}
        >
          {Version}
        </Link>
      ),
    },
    { id: "description", header: "Description", cell: ({ version }) => version.Description || "–" },
    {
      id: "aliases",
      header: "Aliases",
      cell: ({ aliases }) => (aliases.length === 0 ? "–" : aliases.join(", ")),
    },
    {
      id: "state",
      header: "State",
      cell: ({ version: { State = "Active", StateReason } }) => (
        <StatusIndicator
          type={State === "Active" ? "success" : State === "Pending" ? "in-progress" : "error"}
        >
          {State === "Failed" ? (StateReason ?? State) : State}
        </StatusIndicator>
      ),
    },
    { id: "runtime", header: "Runtime", cell: ({ version }) => version.Runtime ?? version.PackageType },
    { id: "size", header: "Code size", cell: ({ version }) => bytes(version.CodeSize ?? 0) },
    {
      id: "published",
      header: "Published",
      cell: ({ version: { LastModified = "" } }) => (
        <span title={time(LastModified)}>{ago(LastModified)}</span>
      ),
    },
    {
      id: "actions",
      header: "Actions",
      cell: ({ version: { Version = "" } }) => (
        <Button
          variant="inline-link"
          ariaLabel={`Delete version ${Version}`}
          onClick={() => onDelete(Version)}
        >
          Delete
        </Button>
      ),
    },
  ];
}
