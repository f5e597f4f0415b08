/** Deletes alarms, when the visitor means it. */
import type { ReactNode } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { deleteAlarms } from "./alarms.ts";

interface Props {
  readonly names: readonly string[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function DeleteAlarms({ names, onDone, onClose }: Props): ReactNode {
  const notify = useNotify();
  const what = names.length === 1 ? `alarm ${names[0]}` : `${names.length} alarms`;
  return (
    <ConfirmDelete
      title={`Delete ${what}`}
      onConfirm={async () => {
        await deleteAlarms(names);
        notify({ type: "success", header: `Deleted ${what}` });
        onDone();
      }}
      onClose={onClose}
    >
      Nothing watches the metric after that, and nobody is told of it. The metric itself stays.
    </ConfirmDelete>
  );
}
