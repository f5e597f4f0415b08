/** Asks for a new queue's name, type and settings, and makes it. */
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useAction } from "../../kit/use-action.ts";
import { QueueFields } from "./queue-fields.tsx";
import { attributesOf, isSendable, NEW_QUEUE } from "./settings.ts";
import { sqs } from "./sqs.ts";

const SUFFIX = ".fifo";
const NAME_LENGTH_MAX = 80;

interface Props {
  readonly onCreated: () => Promise<void>;
  readonly onClose: () => void;
}

export function CreateQueue({ onCreated, onClose }: Props): ReactNode {
  const notify = useNotify();
  const { isBusy, error, run } = useAction();
  const [typed, setTyped] = useState("");
  const [isFifo, setFifo] = useState(false);
  const [draft, setDraft] = useState(NEW_QUEUE);
  const name = isFifo && !typed.endsWith(SUFFIX) ? typed + SUFFIX : typed;
  const problem = nameProblem(name, isFifo);
  const isReady = typed !== "" && problem === undefined && isSendable(draft);
  const create = async (): Promise<void> => {
    if (!isReady || isBusy) return;
    const worked = await run(async () => {
      const Attributes = { ...(isFifo && { FifoQueue: "true" }), ...attributesOf(draft, isFifo) };
      await sqs().send(new CreateQueueCommand({ QueueName: name, Attributes }));
    });
    if (!worked) return;
    notify({ type: "success", header: `Created: queue ${name}` });
    onClose();
    await onCreated();
  };
  return (
    <Modal
      visible
      size="large"
      header="Create queue"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!isReady} loading={isBusy} onClick={() => void create()}>
              Create
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Tiles
          ariaLabel="Type"
          value={isFifo ? "fifo" : "standard"}
          onChange={({ detail }) => {
            setFifo(detail.value === "fifo");
            setDraft({ ...draft, deadLetterArn: "" });
          }}
          items={[
            { value: "standard", label: "Standard", description: "At least once, in no strict order." },
            {
              value: "fifo",
              label: "FIFO",
              description: "In order within a message group, without doubles.",
            },
          ]}
        />
        <FormField
          label="Name"
          description="Letters, digits, hyphens and underscores."
          constraintText={isFifo && typed !== "" ? `The queue will be called ${name}.` : undefined}
          errorText={typed === "" ? undefined : problem}
        >
          <Input
            value={typed}
            autoFocus
            autoComplete={false}
            onChange={({ detail }) => setTyped(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === "Enter") void create();
            }}
          />
        </FormField>
        <ExpandableSection headerText="Settings">
          <QueueFields draft={draft} isFifo={isFifo} onChange={setDraft} />
        </ExpandableSection>
        <Failure error={error} />
      </SpaceBetween>
    </Modal>
  );
}

function nameProblem(name: string, isFifo: boolean): string | undefined {
  const own = isFifo ? name.slice(0, -SUFFIX.length) : name;
  if (name.length > NAME_LENGTH_MAX) return `At most ${NAME_LENGTH_MAX} characters.`;
  if (!/^[\w-]+$/.test(own)) return "Only letters, digits, hyphens and underscores.";
  return undefined;
}
