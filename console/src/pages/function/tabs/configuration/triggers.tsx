/** What is polled for the function. */
import type { ReactNode } from "react";
import { MappingList } from "../../../mappings/mapping-list.tsx";
import type { FunctionTabProps } from "../../tab.ts";

export default function Triggers({ name, version }: FunctionTabProps): ReactNode {
  return (
    <MappingList
      title="Triggers"
      description="Queues and streams that are read for this function: its event source mappings."
      functionName={version === undefined ? name : `${name}:${version}`}
    />
  );
}
