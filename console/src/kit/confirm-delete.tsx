/** Asks before something is gone for good; a word must be typed where much would be lost. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { Failure } from "./failure.tsx";

interface Props {
  /** `Delete function my-function`. */
  readonly title: string;
  /** What will be lost. */
  readonly children: ReactNode;
  /** When given, this word has to be typed. */
  readonly word?: string;
  readonly verb?: string;
  /** What it rejects with is shown; the dialog stays then. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

export function ConfirmDelete({
  title,
  children,
  word,
  verb = "Delete",
  onConfirm,
  onClose,
}: Props): ReactNode {
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isReady = word === undefined || typed === word;
  const confirm = async (): Promise<void> => {
    if (!isReady || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!isReady} loading={isBusy} onClick={() => void confirm()}>
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning" statusIconAriaLabel="Warning">
          {children}
        </Alert>
        {word !== undefined && (
          <FormField label={`To confirm, type ${word}`}>
            <Input
              value={typed}
              placeholder={word}
              autoComplete={false}
              onChange={({ detail }) => setTyped(detail.value)}
              onKeyDown={({ detail }) => {
                if (detail.key === "Enter") void confirm();
              }}
            />
          </FormField>
        )}
        <Failure error={error} />
      </SpaceBetween>
    </Modal>
  );
}
