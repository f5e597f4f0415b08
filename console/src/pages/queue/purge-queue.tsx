/** Asks before every message of a queue is gone. */
import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import type { ReactNode } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { type QueueFacts, sqs } from "../queues/sqs.ts";

interface Props {
  readonly queue: QueueFacts;
  readonly onPurged: () => Promise<void>;
  readonly onClose: () => void;
}

export function PurgeQueue({ queue, onPurged, onClose }: Props): ReactNode {
  const notify = useNotify();
  return (
    <ConfirmDelete
      title={`Purge queue ${queue.name}`}
      verb="Purge"
      word="purge"
      onClose={onClose}
      onConfirm={async () => {
        await sqs().send(new PurgeQueueCommand({ QueueUrl: queue.url }));
        notify({ type: "success", header: `Purged: queue ${queue.name}` });
        await onPurged();
      }}
    >
      Every message is deleted for good: available, in flight and delayed. The queue itself stays.
    </ConfirmDelete>
  );
}
