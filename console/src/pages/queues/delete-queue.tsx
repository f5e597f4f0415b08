/** Asks for the queue's name before it and all its messages are gone. */
import { DeleteQueueCommand } from "@aws-sdk/client-sqs";
import type { ReactNode } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { nameOfUrl, sqs } from "./sqs.ts";

interface Props {
  readonly url: string;
  readonly onDeleted: () => Promise<void>;
  readonly onClose: () => void;
}

export function DeleteQueue({ url, onDeleted, onClose }: Props): ReactNode {
  const notify = useNotify();
  const name = nameOfUrl(url);
  return (
    <ConfirmDelete
      title={`Delete queue ${name}`}
      word={name}
      onClose={onClose}
      onConfirm={async () => {
        await sqs().send(new DeleteQueueCommand({ QueueUrl: url }));
        notify({ type: "success", header: `Deleted: queue ${name}` });
        await onDeleted();
      }}
    >
      The queue is deleted for good, with every message in it. Functions that poll it are not deleted, and
      find no queue any more.
    </ConfirmDelete>
  );
}
