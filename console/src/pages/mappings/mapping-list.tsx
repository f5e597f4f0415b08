/** Event source mappings, of one function or of the account: their state, and all that can be done with them. */
import {
  DeleteEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { allPages, lambda } from "../../kit/lambda.ts";
import { useAction } from "../../kit/use-action.ts";
import { useLoad } from "../../kit/use-load.ts";
import { mappingColumns } from "./mapping-columns.tsx";
import { MappingDialog } from "./mapping-dialog.tsx";
import { functionOf, isSettled, type Mapping, sourceOf } from "./words.ts";

const LOOK_AGAIN_MS = 1500;
const PAGE_SIZE = 25;

interface Props {
  readonly title: string;
  readonly description?: string;
  /** Undefined for all functions of the account. */
  readonly functionName: string | undefined;
}

export function MappingList({ title, description, functionName }: Props): ReactNode {
  const { data, error, reload } = useLoad(
    `mappings ${functionName}`,
    () =>
      allPages(async (marker) => {
        const answer = await lambda().send(
          new ListEventSourceMappingsCommand({ FunctionName: functionName, Marker: marker }),
        );
        return { items: answer.EventSourceMappings, next: answer.NextMarker };
      }),
    LOOK_AGAIN_MS,
  );
  const [chosenId, setChosenId] = useState<string>();
  const [dialog, setDialog] = useState<"create" | "edit" | "delete">();
  const switching = useAction();
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(
    data ?? [],
    {
      filtering: {
        filteringFunction: (mapping, text) =>
          `${sourceOf(mapping).name} ${functionOf(mapping).label} ${mapping.State}`
            .toLowerCase()
            .includes(text.toLowerCase()),
        empty: (
          <Empty title="No event source mappings">
            Nothing is polled for {functionName ?? "a function"}.
          </Empty>
        ),
        noMatch: <Empty title="No matches">No source, function or state has that in it.</Empty>,
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: {},
    },
  );
  const chosen = data?.find(({ UUID }) => UUID === chosenId);
  const isFree = chosen !== undefined && isSettled(chosen);
  const isOn = chosen?.State === "Enabled";
  const isPage = functionName === undefined;
  const close = (): void => setDialog(undefined);
  return (
    <SpaceBetween size="m">
      <Failure error={error} retry={reload} />
      <Failure error={switching.error} />
      <Table<Mapping>
        {...collectionProps}
        variant={isPage ? "full-page" : "container"}
        items={items}
        columnDefinitions={mappingColumns(isPage)}
        trackBy="UUID"
        loading={data === undefined && error === undefined}
        loadingText="Loading event source mappings"
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => setChosenId(detail.selectedItems[0]?.UUID)}
        ariaLabels={{
          tableLabel: title,
          selectionGroupLabel: "Choose a mapping",
          itemSelectionLabel: (_all, mapping) => `${sourceOf(mapping).name} to ${functionOf(mapping).label}`,
        }}
        header={
          <Header
            variant={isPage ? "awsui-h1-sticky" : "h2"}
            counter={data && `(${data.length})`}
            description={description}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  iconName="refresh"
                  ariaLabel="Load the mappings again"
                  onClick={() => void reload()}
                />
                <Button
                  disabled={!isFree}
                  loading={switching.isBusy}
                  onClick={() =>
                    void switching.run(async () => {
                      await lambda().send(
                        new UpdateEventSourceMappingCommand({ UUID: chosen?.UUID, Enabled: !isOn }),
                      );
                      await reload();
                    })
                  }
                >
                  {isOn ? "Disable" : "Enable"}
                </Button>
                <Button disabled={!isFree} onClick={() => setDialog("edit")}>
                  Edit
                </Button>
                <Button disabled={!isFree} onClick={() => setDialog("delete")}>
                  Delete
                </Button>
                <Button variant="primary" onClick={() => setDialog("create")}>
                  Add trigger
                </Button>
              </SpaceBetween>
            }
          >
            {title}
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find mappings"
            filteringAriaLabel="Find mappings"
            countText={`${filteredItemsCount} ${filteredItemsCount === 1 ? "match" : "matches"}`}
          />
        }
        pagination={<Pagination {...paginationProps} />}
      />
      {(dialog === "create" || (dialog === "edit" && chosen !== undefined)) && (
        <MappingDialog
          functionName={functionName}
          before={dialog === "edit" ? chosen : undefined}
          reload={reload}
          onClose={close}
        />
      )}
      {dialog === "delete" && chosen !== undefined && (
        <ConfirmDelete
          title={`Delete the mapping of ${sourceOf(chosen).name}`}
          onClose={close}
          onConfirm={async () => {
            await lambda().send(new DeleteEventSourceMappingCommand({ UUID: chosen.UUID }));
            await reload();
          }}
        >
          {functionOf(chosen).label} gets no more events from it. The source keeps what it holds.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}
