/** Whether a mapping is polled, on its way there, or was told of trouble. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { Mapping } from "./words.ts";

const TYPES: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  Enabled: "success",
  Disabled: "stopped",
};

export function MappingState({ mapping }: { readonly mapping: Mapping }): ReactNode {
  const { State = "", LastProcessingResult } = mapping;
  const trouble = LastProcessingResult?.startsWith("PROBLEM") === true ? LastProcessingResult : undefined;
  return (
    <>
      <StatusIndicator type={TYPES[State] ?? "in-progress"}>{State}</StatusIndicator>
      {trouble !== undefined && (
        <div>
          <StatusIndicator type="warning">{trouble}</StatusIndicator>
        </div>
      )}
    </>
  );
}
