/** Asks before a log group is gone with all its lines. */
import { DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { ReactNode } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { logs } from "../log-group/logs-client.ts";

interface Props {
  readonly name: string;
  readonly onDeleted: () => Promise<void>;
  readonly onClose: () => void;
}

export function DeleteGroup({ name, onDeleted, onClose }: Props): ReactNode {
  const notify = useNotify();
  return (
    <ConfirmDelete
      title="Delete log group"
      word="delete"
      onClose={onClose}
      onConfirm={async () => {
        await logs().send(new DeleteLogGroupCommand({ logGroupName: name }));
        notify({ type: "success", header: `Deleted: log group ${name}` });
        await onDeleted();
      }}
    >
      Log group {name} is deleted for good, with every line in it. A function that logs there makes it anew.
    </ConfirmDelete>
  );
}
