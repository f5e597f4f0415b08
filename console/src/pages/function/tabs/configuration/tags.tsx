/** The function's tags. */
import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import type { FunctionTabProps } from "../../tab.ts";

interface Tag {
  readonly key: string;
  readonly value: string;
}

export default function Tags({ answer, configuration, reload }: FunctionTabProps): ReactNode {
  const Resource = configuration.FunctionArn;
  const items = Object.entries(answer.Tags ?? {}).map(([key, value]): Tag => ({ key, value }));
  const [editing, setEditing] = useState<Tag>();
  const [removing, setRemoving] = useState<string>();
  return (
    <>
      <Table<Tag>
        items={items}
        trackBy="key"
        ariaLabels={{ tableLabel: "Tags" }}
        header={
          <Header
            variant="h2"
            counter={`(${items.length})`}
            actions={<Button onClick={() => setEditing({ key: "", value: "" })}>Add tag</Button>}
          >
            Tags
          </Header>
        }
        empty={<Empty title="No tags" />}
        columnDefinitions={[
          { id: "key", header: "Key", isRowHeader: true, cell: ({ key }) => key },
          { id: "value", header: "Value", cell: ({ value }) => value || "–" },
          {
            id: "actions",
            header: "Actions",
            minWidth: 120,
            cell: (tag) => (
              <SpaceBetween direction="horizontal" size="xxs">
                <Button
                  variant="icon"
                  iconName="edit"
                  ariaLabel={`Edit ${tag.key}`}
                  onClick={() => setEditing(tag)}
                />
                <Button
                  variant="icon"
                  iconName="remove"
                  ariaLabel={`Remove ${tag.key}`}
                  onClick={() => setRemoving(tag.key)}
                />
              </SpaceBetween>
            ),
          },
        ]}
      />
      {editing !== undefined && (
        <TagDialog
          before={editing}
          onClose={() => setEditing(undefined)}
          onSave={async ({ key, value }) => {
            await lambda().send(new TagResourceCommand({ Resource, Tags: { [key]: value } }));
            await reload();
          }}
        />
      )}
      {removing !== undefined && (
        <ConfirmDelete
          title={`Remove the tag ${removing}`}
          verb="Remove"
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await lambda().send(new UntagResourceCommand({ Resource, TagKeys: [removing] }));
            await reload();
          }}
        >
          The tag and its value are lost.
        </ConfirmDelete>
      )}
    </>
  );
}

interface DialogProps {
  /** Without a key for a new one. */
  readonly before: Tag;
  readonly onSave: (tag: Tag) => Promise<void>;
  readonly onClose: () => void;
}

function TagDialog({ before, onSave, onClose }: DialogProps): ReactNode {
  const [key, setKey] = useState(before.key);
  const [value, setValue] = useState(before.value);
  const isNew = before.key === "";
  return (
    <EditDialog
      title={isNew ? "Add a tag" : `Edit the tag ${before.key}`}
      isReady={key.trim() !== ""}
      onClose={onClose}
      onSave={() => onSave({ key, value })}
    >
      {isNew && (
        <FormField label="Key">
          <Input value={key} autoFocus autoComplete={false} onChange={({ detail }) => setKey(detail.value)} />
        </FormField>
      )}
      <FormField label="Value">
        <Input value={value} autoComplete={false} onChange={({ detail }) => setValue(detail.value)} />
      </FormField>
    </EditDialog>
  );
}
