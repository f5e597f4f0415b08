/**
 * A dialog with fields and one verb: busy while that runs, and it stays with the reason when it failed. Who closes it meanwhile
 * learns of a failure by a notice.
 */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useRef } from "react";
import { useNotify } from "../app/frame-state.tsx";
import { Failure } from "./failure.tsx";
import { useAction } from "./use-action.ts";
import { errorText } from "./words.ts";

interface Props {
  readonly title: string;
  readonly verb: string;
  /** What the button says while it runs: `Publishing`. */
  readonly busyVerb: string;
  readonly isReady: boolean;
  /** What it rejects with is shown. */
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function FormDialog({
  title,
  verb,
  busyVerb,
  isReady,
  onSubmit,
  onClose,
  children,
}: Props): ReactNode {
  const action = useAction();
  const notify = useNotify();
  const isClosed = useRef(false);
  const close = (): void => {
    isClosed.current = true;
    onClose();
  };
  const submit = async (): Promise<void> => {
    if (!isReady || action.isBusy) return;
    await action.run(async () => {
      try {
        await onSubmit();
        if (!isClosed.current) onClose();
      } catch (error) {
        if (isClosed.current) notify({ type: "error", header: title, content: errorText(error) });
        throw error;
      }
    });
  };
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              {action.isBusy ? "Close" : "Cancel"}
            </Button>
            <Button
              variant="primary"
              disabled={!isReady}
              loading={action.isBusy}
              loadingText={busyVerb}
              onClick={() => void submit()}
            >
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <SpaceBetween size="m">
          {children}
          <Failure error={action.error} />
        </SpaceBetween>
        {/* With more than one field, Enter sends only a form that has a button. */}
        <input type="submit" hidden />
      </form>
    </Modal>
  );
}
