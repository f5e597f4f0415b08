/** Asks what a new file is called, or what a file is to be called from now on. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import type { Archive } from "../../../../kit/archive.ts";
import { nameProblem } from "./draft.ts";

interface Props {
  readonly files: Archive;
  /** The file that is renamed; undefined for a new one. */
  readonly from: string | undefined;
  readonly onNamed: (name: string) => void;
  readonly onClose: () => void;
}

export function FileNameDialog({ files, from, onNamed, onClose }: Props): ReactNode {
  const [name, setName] = useState(from ?? "");
  const problem = nameProblem(files, name);
  const verb = from === undefined ? "Add file" : "Rename";
  const save = (): void => {
    if (problem !== undefined) return;
    onNamed(name);
    onClose();
  };
  return (
    <Modal
      visible
      header={from === undefined ? "New file" : `Rename ${from}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={problem !== undefined} onClick={save}>
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <FormField
        label="Name"
        description="With its path inside the archive, such as lib/helper.py."
        errorText={name === "" || name === from ? undefined : problem}
      >
        <Input
          value={name}
          autoFocus
          autoComplete={false}
          onChange={({ detail }) => setName(detail.value)}
          onKeyDown={({ detail }) => detail.key === "Enter" && save()}
        />
      </FormField>
    </Modal>
  );
}
