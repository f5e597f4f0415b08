/** A function's environment variables. Values are hidden until somebody asks for them: many are secrets. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import type { FunctionTabProps } from "../../tab.ts";
import { useUpdate } from "./use-update.ts";
import { VariableDialog } from "./variable-dialog.tsx";

export interface Variable {
  readonly name: string;
  readonly value: string;
}

export default function Variables(props: FunctionTabProps): ReactNode {
  const { configuration, version, name } = props;
  const all = configuration.Environment?.Variables ?? {};
  const items = Object.entries(all)
    .map(([key, value]): Variable => ({ name: key, value }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
  const [areShown, setShown] = useState(false);
  const [editing, setEditing] = useState<Variable | "new">();
  const [removing, setRemoving] = useState<string>();
  const update = useUpdate(props, "The environment variables");
  const isReadOnly = version !== undefined;
  return (
    <>
      <Table<Variable>
        items={items}
        trackBy="name"
        variant="container"
        ariaLabels={{ tableLabel: "Environment variables" }}
        header={
          <Header
            variant="h2"
            counter={`(${items.length})`}
            description={`What the code of ${name} finds in its environment.`}
            actions={
              <SpaceBetween direction="horizontal" size="s" alignItems="center">
                <Toggle checked={areShown} onChange={({ detail }) => setShown(detail.checked)}>
                  Show values
                </Toggle>
                {!isReadOnly && <Button onClick={() => setEditing("new")}>Add variable</Button>}
              </SpaceBetween>
            }
          >
            Environment variables
          </Header>
        }
        empty={<Empty title="No environment variables">The runtime's own are always there.</Empty>}
        columnDefinitions={[
          {
            id: "name",
            header: "Name",
            isRowHeader: true,
            cell: (each) => <Box variant="code">{each.name}</Box>,
          },
          {
            id: "value",
            header: "Value",
            cell: ({ value }) => (areShown ? <Box variant="code">{value}</Box> : "Hidden"),
          },
          ...(isReadOnly
            ? []
            : [
                {
                  id: "actions",
                  header: "Actions",
                  minWidth: 120,
                  cell: (each: Variable) => (
                    <SpaceBetween direction="horizontal" size="xxs">
                      <Button
                        variant="icon"
                        iconName="edit"
                        ariaLabel={`Edit ${each.name}`}
                        onClick={() => setEditing(each)}
                      />
                      <Button
                        variant="icon"
                        iconName="remove"
                        ariaLabel={`Remove ${each.name}`}
                        onClick={() => setRemoving(each.name)}
                      />
                    </SpaceBetween>
                  ),
                },
              ]),
        ]}
      />
      {editing !== undefined && (
        <VariableDialog
          before={editing === "new" ? undefined : editing}
          names={Object.keys(all)}
          onClose={() => setEditing(undefined)}
          onSave={(variable, tell) => {
            const { [editing === "new" ? variable.name : editing.name]: _old, ...rest } = all;
            return update({ Environment: { Variables: { ...rest, [variable.name]: variable.value } } }, tell);
          }}
        />
      )}
      {removing !== undefined && (
        <ConfirmDelete
          title={`Remove ${removing}`}
          verb="Remove"
          onClose={() => setRemoving(undefined)}
          onConfirm={() => {
            const { [removing]: _gone, ...rest } = all;
            return update({ Environment: { Variables: rest } });
          }}
        >
          The variable and its value are lost; new environments start without it.
        </ConfirmDelete>
      )}
    </>
  );
}
