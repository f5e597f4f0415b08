/** The queues of an account in a region, with how many messages each holds this moment. */
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import HelpPanel from "@cloudscape-design/components/help-panel";
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
import { count, duration } from "../../kit/words.ts";
import { CreateQueue } from "./create-queue.tsx";
import { DeleteQueue } from "./delete-queue.tsx";
import { factsOf, listQueueUrls, nameOfArn, nameOfUrl, type QueueFacts } from "./sqs.ts";

const PAGE_SIZE = 25;
const COUNT_AGAIN_MS = 2000;
const LIST_AGAIN_MS = 10_000;

interface Row {
  readonly name: string;
  readonly url: string;
  readonly type: string;
  /** Undefined until it is read. */
  readonly facts: QueueFacts | undefined;
}

const COLUMNS: readonly TableProps.ColumnDefinition<Row>[] = [
  {
    id: "name",
    header: "Queue name",
    sortingField: "name",
    isRowHeader: true,
    cell: ({ name }) => <Link href={to("queues", name)}>{name}</Link>,
  },
  { id: "type", header: "Type", sortingField: "type", cell: ({ type }) => type },
  { id: "visible", header: "Available", cell: ({ facts }) => facts && count(facts.visible) },
  { id: "inFlight", header: "In flight", cell: ({ facts }) => facts && count(facts.inFlight) },
  { id: "delayed", header: "Delayed", cell: ({ facts }) => facts && count(facts.delayed) },
  {
    id: "visibility",
    header: "Visibility timeout",
    cell: ({ facts }) => facts && duration(Number(facts.attributes["VisibilityTimeout"]) * 1000),
  },
  {
    id: "deadLetter",
    header: "Dead-letter queue",
    cell: ({ facts }) => {
      if (facts?.redrive === undefined) return "–";
      const name = nameOfArn(facts.redrive.deadLetterArn);
      return <Link href={to("queues", name)}>{name}</Link>;
    },
  },
];

export default function QueueList(): ReactNode {
  const { data: urls, error, isLoading, reload } = useLoad("queues", listQueueUrls, LIST_AGAIN_MS);
  const [dialog, setDialog] = useState<"create" | "delete">();
  const names = (urls ?? []).map((url) => ({ url, name: nameOfUrl(url), type: typeOf(url) }));
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount, actions } = useCollection(
    names,
    {
      filtering: {
        fields: ["name", "type"],
        empty: (
          <Empty title="No queues" action={<Button onClick={() => setDialog("create")}>Create queue</Button>}>
            Nothing waits here yet.
          </Empty>
        ),
        noMatch: (
          <Empty
            title="No matches"
            action={<Button onClick={() => actions.setFiltering("")}>Clear the search</Button>}
          >
            No queue's name has that in it.
          </Empty>
        ),
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: { defaultState: { sortingColumn: { sortingField: "name" } } },
      selection: { trackBy: "url" },
    },
  );
  // Only what is in sight is counted: there may be thousands of queues.
  const shown = items.map(({ url }) => url);
  const counts = useLoad(`counts ${shown.join(" ")}`, () => factsOfAll(shown), COUNT_AGAIN_MS);
  const rows: Row[] = items.map((item) => ({ ...item, facts: counts.data?.get(item.url) }));
  const { selectedItems: chosen = [], ...listProps } = collectionProps;
  const selected = chosen[0];
  return (
    <Page title="Queues" isBare help={HELP}>
      <SpaceBetween size="m">
        <Failure error={error ?? counts.error} retry={() => void reload()} />
        <Table<Row>
          {...(listProps as Partial<TableProps<Row>>)}
          variant="full-page"
          stickyHeader
          items={rows}
          columnDefinitions={COLUMNS}
          trackBy="url"
          selectionType="single"
          selectedItems={rows.filter(({ url }) => url === selected?.url)}
          onSelectionChange={({ detail }) => actions.setSelectedItems([...detail.selectedItems])}
          ariaLabels={{
            tableLabel: "Queues",
            selectionGroupLabel: "Choose a queue",
            itemSelectionLabel: (_all, { name }) => `Choose ${name}`,
          }}
          loading={isLoading && urls === undefined}
          loadingText="Loading queues"
          header={
            <Header
              variant="awsui-h1-sticky"
              counter={urls && `(${count(urls.length)})`}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" ariaLabel="Load again" onClick={() => void reload()} />
                  <Button disabled={selected === undefined} onClick={() => setDialog("delete")}>
                    Delete
                  </Button>
                  <Button variant="primary" onClick={() => setDialog("create")}>
                    Create queue
                  </Button>
                </SpaceBetween>
              }
            >
              Queues
            </Header>
          }
          filter={
            <TextFilter
              {...filterProps}
              filteringPlaceholder="Find queues"
              filteringAriaLabel="Find queues"
              countText={`${filteredItemsCount} ${filteredItemsCount === 1 ? "match" : "matches"}`}
            />
          }
          pagination={<Pagination {...paginationProps} />}
        />
      </SpaceBetween>
      {dialog === "create" && <CreateQueue onCreated={reload} onClose={() => setDialog(undefined)} />}
      {dialog === "delete" && selected !== undefined && (
        <DeleteQueue
          url={selected.url}
          onClose={() => setDialog(undefined)}
          onDeleted={async () => {
            actions.setSelectedItems([]);
            await reload();
          }}
        />
      )}
    </Page>
  );
}

/** A queue deleted a moment ago has no facts; that is no failure of the list. */
async function factsOfAll(urls: readonly string[]): Promise<ReadonlyMap<string, QueueFacts>> {
  const found = await Promise.allSettled(urls.map(factsOf));
  const facts = found.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const trouble = found.find((each) => each.status === "rejected" && each.reason instanceof TypeError);
  if (trouble?.status === "rejected") throw trouble.reason;
  return new Map(facts.map((each) => [each.url, each]));
}

function typeOf(url: string): string {
  return url.endsWith(".fifo") ? "FIFO" : "Standard";
}

const HELP = (
  <HelpPanel header={<h2>Queues</h2>}>
    <p>
      Available messages can be received now. Those in flight were received and not deleted yet. Delayed ones
      wait for their delivery delay to pass. The numbers are read again every two seconds.
    </p>
  </HelpPanel>
);
