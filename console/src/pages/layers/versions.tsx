/** One layer: its versions, to attach by ARN, download and delete; and publishing the next. */
import { DeleteLayerVersionCommand, type LayerVersionsListItem } from "@aws-sdk/client-lambda";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import type { PageProps } from "../../app/routes.ts";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { lambda } from "../../kit/lambda.ts";
import { Page } from "../../kit/page.tsx";
import { useAction } from "../../kit/use-action.ts";
import { useLoad } from "../../kit/use-load.ts";
import { ago, count, time } from "../../kit/words.ts";
import { downloadLayer, layerVersions } from "./layers.ts";
import { PublishLayer } from "./publish-dialog.tsx";

const PAGE_SIZE = 20;

export default function LayerPage({ params }: PageProps): ReactNode {
  const name = params["name"] ?? "";
  const { data, error, isLoading, reload } = useLoad(`layer ${name}`, () => layerVersions(name));
  const [isPublishing, setPublishing] = useState(false);
  const [leaving, setLeaving] = useState<number>();
  const downloading = useAction();
  const notify = useNotify();
  const { items, collectionProps, paginationProps } = useCollection(data ?? [], {
    pagination: { pageSize: PAGE_SIZE },
  });
  const download = (version: number): void => {
    void downloading.run(() => downloadLayer(name, version));
  };
  return (
    <Page
      title={name}
      crumbs={[{ text: "Layers", href: "#/layers" }]}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            iconName="refresh"
            ariaLabel="Load again"
            loading={isLoading}
            onClick={() => void reload()}
          />
          <Button variant="primary" onClick={() => setPublishing(true)}>
            Publish version
          </Button>
        </SpaceBetween>
      }
    >
      <Failure error={error} retry={reload} />
      <Failure error={downloading.error} />
      <Table<LayerVersionsListItem>
        {...collectionProps}
        items={items}
        columnDefinitions={columns(name, download, setLeaving)}
        wrapLines
        loading={isLoading && data === undefined}
        loadingText="Loading versions"
        trackBy={({ Version }) => String(Version)}
        empty={
          <Empty
            title="No versions"
            action={<Button onClick={() => setPublishing(true)}>Publish version</Button>}
          >
            There is no layer of this name any more, or not yet.
          </Empty>
        }
        header={<Header counter={data && `(${count(data.length)})`}>Versions</Header>}
        pagination={paginationProps.pagesCount > 1 && <Pagination {...paginationProps} />}
      />
      {isPublishing && (
        <PublishLayer layer={name} onPublished={reload} onClose={() => setPublishing(false)} />
      )}
      {leaving !== undefined && (
        <ConfirmDelete
          title={`Delete version ${leaving} of layer ${name}`}
          onClose={() => setLeaving(undefined)}
          onConfirm={async () => {
            await lambda().send(new DeleteLayerVersionCommand({ LayerName: name, VersionNumber: leaving }));
            notify({ type: "success", header: `Deleted: version ${leaving} of layer ${name}` });
            await reload();
          }}
        >
          Functions that use this version keep it; no other function can be given it any more, and its number
          is not given again.
        </ConfirmDelete>
      )}
    </Page>
  );
}

function columns(
  name: string,
  onDownload: (version: number) => void,
  onDelete: (version: number) => void,
): readonly TableProps.ColumnDefinition<LayerVersionsListItem>[] {
  return [
    { id: "version", header: "Version", isRowHeader: true, cell: ({ Version }) => Version },
    { id: "description", header: "Description", cell: ({ Description }) => Description || "–" },
    {
      id: "runtimes",
      header: "Compatible runtimes",
      cell: ({ CompatibleRuntimes }) => CompatibleRuntimes?.join(", ") ?? "Any",
    },
    { id: "license", header: "License", cell: ({ LicenseInfo }) => LicenseInfo || "–" },
    {
      id: "published",
      header: "Published",
      cell: ({ CreatedDate = "" }) => <span title={time(CreatedDate)}>{ago(CreatedDate)}</span>,
    },
    {
      id: "arn",
      header: "ARN",
      cell: ({ Version, LayerVersionArn = "" }) => (
        <CopyToClipboard
          variant="inline"
          textToCopy={LayerVersionArn}
          copyButtonAriaLabel={`Copy the ARN of version ${Version}`}
          copySuccessText="Copied"
          copyErrorText="Could not be copied"
        />
      ),
    },
    {
      id: "actions",
      header: "Actions",
      cell: ({ Version = 0 }) => (
        <SpaceBetween direction="horizontal" size="s">
          <Button
            variant="inline-link"
            ariaLabel={`Download version ${Version} of ${name}`}
            onClick={() => onDownload(Version)}
          >
            Download
          </Button>
          <Button
            variant="inline-link"
            ariaLabel={`Delete version ${Version} of ${name}`}
            onClick={() => onDelete(Version)}
          >
            Delete
          </Button>
        </SpaceBetween>
      ),
    },
  ];
}
