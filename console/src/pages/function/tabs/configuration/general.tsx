/** Memory, time, handler, runtime: what every function has. */
import { SnapStartApplyOn } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { type ReactNode, useState } from "react";
import type { FunctionTabProps } from "../../tab.ts";
import { GeneralForm } from "./general-form.tsx";

export default function General(props: FunctionTabProps): ReactNode {
  const { configuration, version } = props;
  const [isEditing, setEditing] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={version === undefined ? undefined : "As it was when the version was published."}
          actions={version === undefined && <Button onClick={() => setEditing(true)}>Edit</Button>}
        >
          General configuration
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Description", value: configuration.Description || "–" },
          { label: "Runtime", value: configuration.Runtime ?? "Container image" },
          { label: "Handler", value: configuration.Handler ?? "–" },
          { label: "Memory", value: `${configuration.MemorySize} MB` },
          { label: "Timeout", value: `${configuration.Timeout} s` },
          { label: "Ephemeral storage", value: `${configuration.EphemeralStorage?.Size} MB` },
          { label: "Architecture", value: configuration.Architectures?.join(", ") ?? "–" },
          {
            label: "SnapStart",
            value:
              configuration.SnapStart?.ApplyOn === SnapStartApplyOn.PublishedVersions
                ? `Published versions (${configuration.SnapStart.OptimizationStatus === "On" ? "on" : "off"} here)`
                : "None",
          },
          { label: "Execution role", value: configuration.Role ?? "–" },
        ]}
      />
      {isEditing && <GeneralForm {...props} onClose={() => setEditing(false)} />}
    </Container>
  );
}
