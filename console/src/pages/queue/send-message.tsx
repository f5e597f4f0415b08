/** Sends one message: body, attributes, delay, and for a FIFO queue its group and deduplication. */
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useAction } from "../../kit/use-action.ts";
import { type QueueFacts, sqs } from "../queues/sqs.ts";
import { ATTRIBUTES_MAX, type AttributeRow, problemOfRow, toAttributes } from "./message-attributes.ts";

const DELAY_SECONDS_MAX = 900;
const TYPES = ["String", "Number", "Binary"].map((value) => ({ value, label: value }));
const NEW_ROW: AttributeRow = { name: "", type: "String", value: "" };

interface Props {
  readonly queue: QueueFacts;
  readonly onSent: () => Promise<void>;
}

export function SendMessage({ queue, onSent }: Props): ReactNode {
  const notify = useNotify();
  const { isBusy, error, run } = useAction();
  const [body, setBody] = useState("");
  const [delay, setDelay] = useState("");
  const [groupId, setGroupId] = useState("");
  const [deduplicationId, setDeduplicationId] = useState("");
  const [rows, setRows] = useState<readonly AttributeRow[]>([]);
  const { isFifo } = queue;
  const needsId = isFifo && queue.attributes["ContentBasedDeduplication"] !== "true";
  const isDelayGood = delay === "" || (/^\d+$/.test(delay) && Number(delay) <= DELAY_SECONDS_MAX);
  const isReady =
    body !== "" &&
    isDelayGood &&
    (!isFifo || groupId !== "") &&
    (!needsId || deduplicationId !== "") &&
    rows.every((row) => problemOfRow(row) === undefined);
  const send = async (): Promise<void> => {
    const worked = await run(async () => {
      const answer = await sqs().send(
        new SendMessageCommand({
          QueueUrl: queue.url,
          MessageBody: body,
          ...(!isFifo && delay !== "" && { DelaySeconds: Number(delay) }),
          ...(groupId !== "" && { MessageGroupId: groupId }),
          ...(deduplicationId !== "" && { MessageDeduplicationId: deduplicationId }),
          ...(rows.length > 0 && { MessageAttributes: toAttributes(rows) }),
        }),
      );
      notify({ type: "success", header: "Sent", content: `Message ${answer.MessageId}` }, "sent message");
    });
    if (!worked) return;
    setDeduplicationId("");
    await onSent();
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button variant="primary" disabled={!isReady} loading={isBusy} onClick={() => void send()}>
              Send message
            </Button>
          }
        >
          Send a message
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Failure error={error} />
        <FormField label="Body" stretch>
          <Textarea
            value={body}
            rows={4}
            spellcheck={false}
            onChange={({ detail }) => setBody(detail.value)}
          />
        </FormField>
        <ColumnLayout columns={2}>
          <TextField
            label={isFifo ? "Message group ID" : "Message group ID (optional)"}
            description={isFifo ? "Messages of one group keep their order." : "For fair shares among groups."}
            value={groupId}
            onChange={setGroupId}
          />
          {isFifo ? (
            <TextField
              label={needsId ? "Deduplication ID" : "Deduplication ID (optional)"}
              description="The same again within five minutes is not delivered twice."
              value={deduplicationId}
              onChange={setDeduplicationId}
            />
          ) : (
            <FormField
              label="Delay (seconds, optional)"
              description="Empty: the queue's own delivery delay."
              errorText={isDelayGood ? undefined : `A whole number from 0 to ${DELAY_SECONDS_MAX}.`}
            >
              <Input value={delay} inputMode="numeric" onChange={({ detail }) => setDelay(detail.value)} />
            </FormField>
          )}
        </ColumnLayout>
        <ExpandableSection headerText="Message attributes" headerCounter={`(${rows.length})`}>
          <Attributes rows={rows} onChange={setRows} />
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function TextField({ label, description, value, onChange }: TextFieldProps): ReactNode {
  return (
    <FormField label={label} description={description}>
      <Input value={value} autoComplete={false} onChange={({ detail }) => onChange(detail.value)} />
    </FormField>
  );
}

interface AttributesProps {
  readonly rows: readonly AttributeRow[];
  readonly onChange: (rows: readonly AttributeRow[]) => void;
}

function Attributes({ rows, onChange }: AttributesProps): ReactNode {
  const change = (at: number, part: Partial<AttributeRow>): void =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  return (
    <AttributeEditor<AttributeRow>
      items={rows}
      addButtonText="Add attribute"
      removeButtonText="Remove"
      disableAddButton={rows.length >= ATTRIBUTES_MAX}
      empty="No attributes"
      onAddButtonClick={() => onChange([...rows, NEW_ROW])}
      onRemoveButtonClick={({ detail }) => onChange(rows.filter((_row, index) => index !== detail.itemIndex))}
      definition={[
        {
          label: "Name",
          control: (row, index) => (
            <Input
              value={row.name}
              ariaLabel={`Name of attribute ${index + 1}`}
              onChange={({ detail }) => change(index, { name: detail.value })}
            />
          ),
        },
        {
          label: "Type",
          control: (row, index) => (
            <Select
              ariaLabel={`Type of attribute ${index + 1}`}
              selectedOption={{ value: row.type, label: row.type }}
              options={TYPES}
              onChange={({ detail }) =>
                change(index, { type: detail.selectedOption.value as AttributeRow["type"] })
              }
            />
          ),
        },
        {
          label: "Value",
          errorText: (row) => (row.value === "" ? undefined : problemOfRow(row)),
          control: (row, index) => (
            <Input
              value={row.value}
              ariaLabel={`Value of attribute ${index + 1}`}
              placeholder={row.type === "Binary" ? "base64" : ""}
              onChange={({ detail }) => change(index, { value: detail.value })}
            />
          ),
        },
      ]}
    />
  );
}
