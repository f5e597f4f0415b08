/** The functions of an account in a region: search, sort, page, and the way to each. */
import { type FunctionConfiguration, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
import { navigate, to } from "../../app/router.ts";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { allPages, lambda } from "../../kit/lambda.ts";
import { Page } from "../../kit/page.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { ago, bytes, count, time } from "../../kit/words.ts";

const PAGE_SIZE = 25;

const COLUMNS: readonly TableProps.ColumnDefinition<FunctionConfiguration>[] = [
  {
    id: "name",
    header: "Function name",
    sortingField: "FunctionName",
    isRowHeader: true,
    cell: ({ FunctionName = "" }) => <Link href={to("functions", FunctionName)}>{FunctionName}</Link>,
  },
  {
    id: "description",
    header: "Description",
    sortingField: "Description",
    cell: (each) => each.Description || "–",
  },
  {
    id: "runtime",
    header: "Runtime",
    sortingField: "Runtime",
    cell: (each) => each.Runtime ?? each.PackageType,
  },
  { id: "memory", header: "Memory", sortingField: "MemorySize", cell: (each) => `${each.MemorySize} MB` },
  { id: "size", header: "Code size", sortingField: "CodeSize", cell: (each) => bytes(each.CodeSize ?? 0) },
  {
    id: "modified",
    header: "Last modified",
    sortingField: "LastModified",
    cell: ({ LastModified = "" }) => <span title={time(LastModified)}>{ago(LastModified)}</span>,
  },
];

export default function FunctionList(): ReactNode {
  const { data, error, isLoading, reload } = useLoad("functions", () =>
    allPages(async (marker) => {
      const answer = await lambda().send(new ListFunctionsCommand({ Marker: marker }));
      return { items: answer.Functions, next: answer.NextMarker };
    }),
  );
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount, actions } = useCollection(
    data ?? [],
    {
      filtering: {
        empty: (
          <Empty title="No functions" action={<Button href="#/functions/create">Create function</Button>}>
            Nothing runs here yet.
          </Empty>
        ),
        noMatch: (
          <Empty
            title="No matches"
            action={<Button onClick={() => actions.setFiltering("")}>Clear the search</Button>}
          >
            No function's name, runtime or description has that in it.
          </Empty>
        ),
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: { defaultState: { sortingColumn: { sortingField: "FunctionName" } } },
    },
  );
  return (
    <Page title="Functions" isBare>
      <SpaceBetween size="m">
        <Failure error={error} retry={reload} />
        <Table<FunctionConfiguration>
          {...collectionProps}
          variant="full-page"
          stickyHeader
          items={items}
          columnDefinitions={COLUMNS}
          trackBy="FunctionName"
          loading={isLoading && data === undefined}
          loadingText="Loading functions"
          header={
            <Header
              variant="awsui-h1-sticky"
              counter={data && `(${count(data.length)})`}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel="Load again" onClick={() => void reload()} />
                  <Button variant="primary" onClick={() => navigate("#/functions/create")}>
                    Create function
                  </Button>
                </SpaceBetween>
              }
            >
              Functions
            </Header>
          }
          filter={
            <TextFilter
              {...filterProps}
              filteringPlaceholder="Find functions"
              filteringAriaLabel="Find functions"
              countText={`${filteredItemsCount} ${filteredItemsCount === 1 ? "match" : "matches"}`}
            />
          }
          pagination={<Pagination {...paginationProps} />}
        />
      </SpaceBetween>
    </Page>
  );
}
