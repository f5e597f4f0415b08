/** A form in a dialog: saved or left as it was. It stays open, and says why, when saving fails. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import LiveRegion from "@cloudscape-design/components/live-region";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ReactNode, useId, useState } from "react";
import { Failure } from "./failure.tsx";
import { useAction } from "./use-action.ts";

interface Props {
  readonly title: string;
  readonly verb?: string;
  /** False while a field holds what the server would refuse. */
  readonly isReady?: boolean;
  readonly size?: "medium" | "large";
  readonly children: ReactNode;
  /** What it rejects with is shown. `tell` says what is going on, where it takes long. */
  readonly onSave: (tell: (words: string) => void) => Promise<void>;
  readonly onClose: () => void;
}

export function EditDialog({
  title,
  verb = "Save",
  isReady = true,
  size = "medium",
  children,
  onSave,
  onClose,
}: Props): ReactNode {
  const id = useId();
  const saving = useAction();
  const [words, setWords] = useState("Saving");
  const save = async (): Promise<void> => {
    if (!isReady || saving.isBusy) return;
    setWords("Saving");
    if (await saving.run(() => onSave(setWords))) onClose();
  };
  return (
    <Modal
      visible
      size={size}
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              form={id}
              formAction="submit"
              disabled={!isReady}
              loading={saving.isBusy}
            >
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Form>
          <SpaceBetween size="m">
            {children}
            <LiveRegion>
              {saving.isBusy && <StatusIndicator type="in-progress">{words}</StatusIndicator>}
            </LiveRegion>
            <Failure error={saving.error} />
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
