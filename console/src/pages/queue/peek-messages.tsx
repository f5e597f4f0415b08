/** The messages that a look into the queue found: to read, and to delete one by one. */
import { DeleteMessageCommand, type Message } from "@aws-sdk/client-sqs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useAction } from "../../kit/use-action.ts";
import { bytes, time } from "../../kit/words.ts";
import { type QueueFacts, sqs } from "../queues/sqs.ts";
import { MessageDetail } from "./message-detail.tsx";
import { PEEKED_MAX, peek, sentMs } from "./peek.ts";

const PREVIEW_CHARS = 120;

interface Props {
  readonly queue: QueueFacts;
  readonly onChanged: () => Promise<void>;
}

export function PeekMessages({ queue, onChanged }: Props): ReactNode {
  const notify = useNotify();
  const { isBusy, error, run } = useAction();
  const [messages, setMessages] = useState<readonly Message[]>();
  const [shown, setShown] = useState<Message>();
  const [doomed, setDoomed] = useState<Message>();
  const look = (): Promise<boolean> => run(async () => setMessages(await peek(queue.url)));
  const remove = async (message: Message): Promise<void> => {
    const { ReceiptHandle, MessageId } = message;
    await sqs().send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
    setMessages((all) => all?.filter((each) => each.MessageId !== MessageId));
    notify({ type: "success", header: `Deleted: message ${MessageId}` });
    await onChanged();
  };
  return (
    <>
      <Table<Message>
        variant="container"
        wrapLines
        items={messages ?? []}
        trackBy="MessageId"
        loading={isBusy && messages === undefined}
        loadingText="Looking into the queue"
        ariaLabels={{ tableLabel: "Messages" }}
        columnDefinitions={columns(setShown, setDoomed)}
        empty={
          messages === undefined ? (
            <Empty title="Not looked yet">Looking counts as a receive of each message.</Empty>
          ) : (
            <Empty title="No message to be seen">What is in flight or delayed is not seen.</Empty>
          )
        }
        header={
          <SpaceBetween size="s">
            <Header
              variant="h2"
              counter={messages && `(${messages.length}${messages.length === PEEKED_MAX ? "+" : ""})`}
              description={`Up to ${PEEKED_MAX} messages, left in the queue for others. Each look counts as a receive.`}
              actions={
                <Button loading={isBusy} onClick={() => void look()}>
                  {messages === undefined ? "Look at messages" : "Look again"}
                </Button>
              }
            >
              Messages
            </Header>
            <Failure error={error} />
          </SpaceBetween>
        }
      />
      {shown !== undefined && <MessageDetail message={shown} onClose={() => setShown(undefined)} />}
      {doomed !== undefined && (
        <ConfirmDelete
          title="Delete message"
          onClose={() => setDoomed(undefined)}
          onConfirm={() => remove(doomed)}
        >
          Message {doomed.MessageId} is deleted for good.
        </ConfirmDelete>
      )}
    </>
  );
}

function columns(
  show: (message: Message) => void,
  remove: (message: Message) => void,
): readonly TableProps.ColumnDefinition<Message>[] {
  return [
    {
      id: "body",
      header: "Body",
      isRowHeader: true,
      minWidth: 280,
      cell: (message) => (
        <Button
          variant="inline-link"
          ariaLabel={`Show message ${message.MessageId}`}
          onClick={() => show(message)}
        >
          {preview(message.Body ?? "")}
        </Button>
      ),
    },
    { id: "sent", header: "Sent", cell: (message) => time(sentMs(message)) },
    {
      id: "receives",
      header: "Receives",
      cell: (message) => message.Attributes?.ApproximateReceiveCount ?? "–",
    },
    { id: "group", header: "Group", cell: (message) => message.Attributes?.MessageGroupId ?? "–" },
    {
      id: "size",
      header: "Size",
      cell: (message) => bytes(new TextEncoder().encode(message.Body ?? "").length),
    },
    {
      id: "id",
      header: "Message ID",
      cell: (message) => <Box variant="code">{message.MessageId}</Box>,
    },
    {
      id: "delete",
      header: "Actions",
      cell: (message) => (
        <Button
          variant="inline-link"
          ariaLabel={`Delete message ${message.MessageId}`}
          onClick={() => remove(message)}
        >
          Delete
        </Button>
      ),
    },
  ];
}

function preview(body: string): string {
  return body.length > PREVIEW_CHARS ? `${body.slice(0, PREVIEW_CHARS)} …` : body;
}
