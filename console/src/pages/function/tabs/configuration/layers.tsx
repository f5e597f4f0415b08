/** The layers of a function, in the order in which they are laid over each other. */
import type { Layer } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { useAction } from "../../../../kit/use-action.ts";
import { bytes } from "../../../../kit/words.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { ArnField } from "./arn-field.tsx";
import { useUpdate } from "./use-update.ts";

/** Source: Lambda quotas. */
const LAYERS_MAX = 5;

export default function Layers(props: FunctionTabProps): ReactNode {
  const { configuration, version } = props;
  const items = configuration.Layers ?? [];
  const arns = items.map(({ Arn = "" }) => Arn);
  const [adding, setAdding] = useState<string>();
  const [removing, setRemoving] = useState<string>();
  const moving = useAction();
  const update = useUpdate(props, "The layers");
  const isReadOnly = version !== undefined;
  const raise = (at: number): void => {
    const before = at - 1;
    const Layers = arns.map(
      (arn, index) => arns[index === at ? before : index === before ? at : index] ?? arn,
    );
    void moving.run(() => update({ Layers }));
  };
  return (
    <SpaceBetween size="m">
      <Failure error={moving.error} />
      <Table<Layer>
        items={items}
        trackBy="Arn"
        wrapLines
        ariaLabels={{ tableLabel: "Layers" }}
        header={
          <Header
            variant="h2"
            counter={`(${items.length})`}
            description="They are laid into /opt from the first to the last; a later one hides files of the same name."
            actions={
              !isReadOnly && (
                <Button disabled={items.length >= LAYERS_MAX} onClick={() => setAdding("")}>
                  Add layer
                </Button>
              )
            }
          >
            Layers
          </Header>
        }
        empty={<Empty title="No layers" />}
        columnDefinitions={[
          { id: "order", header: "Order", cell: ({ Arn = "" }) => arns.indexOf(Arn) + 1 },
          ...COLUMNS,
          ...(isReadOnly
            ? []
            : [
                {
                  id: "actions",
                  header: "Actions",
                  minWidth: 150,
                  cell: ({ Arn = "" }: Layer) => (
                    <Actions
                      name={nameOf(Arn)}
                      at={arns.indexOf(Arn)}
                      count={arns.length}
                      isBusy={moving.isBusy}
                      onRaise={raise}
                      onRemove={() => setRemoving(Arn)}
                    />
                  ),
                },
              ]),
        ]}
      />
      {adding !== undefined && (
        <EditDialog
          title="Add a layer"
          verb="Add"
          isReady={/^arn:.+:layer:.+:\d+$/.test(adding)}
          onClose={() => setAdding(undefined)}
          onSave={(tell) => update({ Layers: [...arns, adding] }, tell)}
        >
          <ArnField
            label="Version of a layer"
            description="One of the account's layers, or the ARN of any version."
            value={adding}
            kinds={["layers"]}
            onChange={setAdding}
          />
        </EditDialog>
      )}
      {removing !== undefined && (
        <ConfirmDelete
          title={`Remove ${nameOf(removing)} from the function`}
          verb="Remove"
          onClose={() => setRemoving(undefined)}
          onConfirm={() => update({ Layers: arns.filter((arn) => arn !== removing) })}
        >
          The function finds its files no more. The layer itself stays.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

const COLUMNS: readonly TableProps.ColumnDefinition<Layer>[] = [
  { id: "name", header: "Layer", isRowHeader: true, cell: ({ Arn = "" }) => nameOf(Arn) },
  { id: "size", header: "Size", cell: ({ CodeSize = 0 }) => bytes(CodeSize) },
  { id: "arn", header: "ARN", cell: ({ Arn }) => Arn },
];

interface ActionsProps {
  readonly name: string;
  readonly at: number;
  readonly count: number;
  readonly isBusy: boolean;
  /** Changes places with the one above. */
  readonly onRaise: (at: number) => void;
  readonly onRemove: () => void;
}

function Actions({ name, at, count, isBusy, onRaise, onRemove }: ActionsProps): ReactNode {
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      <Button
        variant="icon"
        iconName="arrow-up"
        ariaLabel={`Move ${name} up`}
        disabled={at === 0 || isBusy}
        onClick={() => onRaise(at)}
      />
      <Button
        variant="icon"
        iconName="arrow-down"
        ariaLabel={`Move ${name} down`}
        disabled={at === count - 1 || isBusy}
        onClick={() => onRaise(at + 1)}
      />
      <Button
        variant="icon"
        iconName="remove"
        ariaLabel={`Remove ${name}`}
        disabled={isBusy}
        onClick={onRemove}
      />
    </SpaceBetween>
  );
}

/** `fonts, version 3`. */
function nameOf(arn: string): string {
  const [, , , , , , name = arn, version = ""] = arn.split(":");
  return `${name}, version ${version}`;
}
