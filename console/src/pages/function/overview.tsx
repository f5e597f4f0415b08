/** The facts of a function at a glance, and how much of it runs this moment. */
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { product } from "../../kit/product.ts";
import { useLoad } from "../../kit/use-load.ts";
import { ago, bytes, time } from "../../kit/words.ts";
import type { Snapshot } from "../environments/snapshot.ts";

const LOOK_AGAIN_MS = 2000;

export function Overview({ configuration }: { readonly configuration: FunctionConfiguration }): ReactNode {
  const { FunctionArn = "", LastModified = "" } = configuration;
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: "State", value: <FunctionState configuration={configuration} /> },
          { label: "Running now", value: <RunningNow configuration={configuration} /> },
          { label: "Runtime", value: configuration.Runtime ?? "Container image" },
          { label: "Handler", value: configuration.Handler ?? "–" },
          { label: "Memory", value: `${configuration.MemorySize} MB` },
          { label: "Timeout", value: `${configuration.Timeout} s` },
          { label: "Code size", value: bytes(configuration.CodeSize ?? 0) },
          { label: "Last modified", value: <span title={time(LastModified)}>{ago(LastModified)}</span> },
          {
            label: "ARN",
            value: (
              <CopyToClipboard
                variant="inline"
                textToCopy={FunctionArn}
                copyButtonAriaLabel="Copy the ARN"
                copySuccessText="Copied"
                copyErrorText="Could not be copied"
              />
            ),
          },
        ]}
      />
    </Container>
  );
}

function FunctionState({ configuration }: { readonly configuration: FunctionConfiguration }): ReactNode {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration;
  if (State === "Failed") return <StatusIndicator type="error">{StateReason ?? "Failed"}</StatusIndicator>;
  if (LastUpdateStatus === "Failed") {
    return (
      <StatusIndicator type="warning">{LastUpdateStatusReason ?? "The last update failed"}</StatusIndicator>
    );
  }
  if (State === "Pending" || LastUpdateStatus === "InProgress") {
    return (
      <StatusIndicator type="in-progress">{State === "Pending" ? "Pending" : "Updating"}</StatusIndicator>
    );
  }
  return <StatusIndicator type="success">{State ?? "Active"}</StatusIndicator>;
}

function RunningNow({ configuration }: { readonly configuration: FunctionConfiguration }): ReactNode {
  const name = configuration.FunctionName ?? "";
  const { data, error } = useLoad(
    `environments of ${name}`,
    () => product<Snapshot>("environments"),
    LOOK_AGAIN_MS,
  );
  if (error !== undefined) return "Not known";
  const mine = (data?.environments ?? []).filter((each) => each.functionName === name);
  const busy = mine.filter((each) => each.state === "busy").length;
  const noun = mine.length === 1 ? "environment" : "environments";
  return <Link href="#/environments">{`${mine.length} ${noun}, ${busy} busy`}</Link>;
}
