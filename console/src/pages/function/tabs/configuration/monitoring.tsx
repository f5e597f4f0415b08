/** How the function's output is written down, and whether its calls are traced. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { type ReactNode, useState } from "react";
import type { FunctionTabProps } from "../../tab.ts";
import { MonitoringForm } from "./monitoring-form.tsx";

export default function Monitoring(props: FunctionTabProps): ReactNode {
  const { configuration, version } = props;
  const { LogFormat, LogGroup, ApplicationLogLevel, SystemLogLevel } = configuration.LoggingConfig ?? {};
  const [isEditing, setEditing] = useState(false);
  const level = (set: string | undefined): string =>
    LogFormat === "JSON" ? (set ?? "INFO") : "All, as text";
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={version === undefined && <Button onClick={() => setEditing(true)}>Edit</Button>}
        >
          Logging and tracing
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Log format", value: LogFormat ?? "Text" },
          { label: "Level of the function's own lines", value: level(ApplicationLogLevel) },
          { label: "Level of the platform's lines", value: level(SystemLogLevel) },
          { label: "Log group", value: LogGroup ?? "–" },
          { label: "Tracing", value: configuration.TracingConfig?.Mode ?? "PassThrough" },
        ]}
      />
      {isEditing && <MonitoringForm {...props} onClose={() => setEditing(false)} />}
    </Container>
  );
}
