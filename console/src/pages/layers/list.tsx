/** The layers of an account in a region, each with its newest version. */
import type { LayersListItem } from "@aws-sdk/client-lambda";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
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
import { allLayers } from "./layers.ts";
import { PublishLayer } from "./publish-dialog.tsx";

const PAGE_SIZE = 25;

const COLUMNS: readonly TableProps.ColumnDefinition<LayersListItem>[] = [
  {
    id: "name",
    header: "Layer",
    sortingField: "LayerName",
    isRowHeader: true,
    cell: ({ LayerName = "" }) => <Link href={to("layers", LayerName)}>{LayerName}</Link>,
  },
  { id: "version", header: "Newest version", cell: ({ LatestMatchingVersion: each }) => each?.Version },
  {
    id: "description",
    header: "Description",
    cell: ({ LatestMatchingVersion: each }) => each?.Description || "–",
  },
  {
    id: "runtimes",
    header: "Compatible runtimes",
    cell: ({ LatestMatchingVersion: each }) => each?.CompatibleRuntimes?.join(", ") ?? "Any",
  },
  {
    id: "published",
    header: "Published",
    cell: ({ LatestMatchingVersion: { CreatedDate = "" } = {} }) => (
      <span title={time(CreatedDate)}>{ago(CreatedDate)}</span>
    ),
  },
];

export default function LayerList(): ReactNode {
  const { data, error, isLoading, reload } = useLoad("layers", allLayers);
  const [isPublishing, setPublishing] = useState(false);
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount, actions } = useCollection(
    data ?? [],
    {
      filtering: {
        empty: (
          <Empty
            title="No layers"
            action={<Button onClick={() => setPublishing(true)}>Publish layer</Button>}
          >
            A layer holds files that several functions share, such as libraries.
          </Empty>
        ),
        noMatch: (
          <Empty
            title="No matches"
            action={<Button onClick={() => actions.setFiltering("")}>Clear the search</Button>}
          >
            No layer's name has that in it.
          </Empty>
        ),
        fields: ["LayerName"],
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: { defaultState: { sortingColumn: { sortingField: "LayerName" } } },
    },
  );
  return (
    <Page title="Layers" isBare>
      <SpaceBetween size="m">
        <Failure error={error} retry={reload} />
        <Table<LayersListItem>
          {...collectionProps}
          variant="full-page"
          stickyHeader
          items={items}
          columnDefinitions={COLUMNS}
          trackBy="LayerName"
          loading={isLoading && data === undefined}
          loadingText="Loading layers"
          header={
            <Header
              variant="awsui-h1-sticky"
              counter={data && `(${count(data.length)})`}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel="Load again" onClick={() => void reload()} />
                  <Button variant="primary" onClick={() => setPublishing(true)}>
                    Publish layer
                  </Button>
                </SpaceBetween>
              }
            >
              Layers
            </Header>
          }
          filter={
            <TextFilter
              {...filterProps}
              filteringPlaceholder="Find layers"
              filteringAriaLabel="Find layers"
              countText={`${filteredItemsCount} ${filteredItemsCount === 1 ? "match" : "matches"}`}
            />
          }
          pagination={<Pagination {...paginationProps} />}
        />
      </SpaceBetween>
      {isPublishing && (
        <PublishLayer layer={undefined} onPublished={reload} onClose={() => setPublishing(false)} />
      )}
    </Page>
  );
}
