/** What came of a test: in a word, what was answered, what it took, and the end of the log. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { duration, time } from "../../../../kit/words.ts";
import { failureIn, type Outcome, prettyJson } from "./invocation.ts";
import { reportIn } from "./report.ts";
import { TextBlock } from "./text-block.tsx";

export function OutcomePanel({ outcome }: { readonly outcome: Outcome }): ReactNode {
  return (
    <Container header={<Header variant="h2">Result</Header>}>
      <SpaceBetween size="l">
        <Verdict outcome={outcome} />
        {outcome.type === "RequestResponse" ? (
          <Answered outcome={outcome} />
        ) : (
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Request ID", value: <RequestId id={outcome.requestId} /> },
              { label: "Answered after", value: duration(outcome.tookMs) },
              { label: "At", value: time(outcome.endedMs) },
            ]}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

function Verdict({ outcome }: { readonly outcome: Outcome }): ReactNode {
  if (outcome.type === "Event") {
    return (
      <StatusIndicator type="success">
        Accepted: the event waits for its turn; what comes of it is in the logs and the destinations.
      </StatusIndicator>
    );
  }
  if (outcome.type === "DryRun") {
    return <StatusIndicator type="success">Dry run: the call would be let through.</StatusIndicator>;
  }
  if (outcome.functionError === undefined) return <StatusIndicator type="success">Succeeded</StatusIndicator>;
  const { errorType, errorMessage, stack } = failureIn(outcome.payload);
  return (
    <Alert type="error" header={`Failed: ${errorType ?? outcome.functionError}`}>
      <SpaceBetween size="s">
        <Box color="inherit">{errorMessage ?? "The function gave no message."}</Box>
        {stack.length > 0 && <TextBlock label="Stack trace" text={stack.join("\n")} />}
      </SpaceBetween>
    </Alert>
  );
}

function Answered({ outcome }: { readonly outcome: Outcome }): ReactNode {
  const report = reportIn(outcome.log);
  return (
    <>
      <div>
        <Box variant="h3">Response</Box>
        <TextBlock label="Response" text={prettyJson(outcome.payload)} />
      </div>
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Duration", value: milliseconds(report?.durationMs) },
          { label: "Billed duration", value: milliseconds(report?.billedMs) },
          {
            label: "Init duration",
            value:
              report !== undefined && report.initMs === undefined
                ? "None: it was warm"
                : milliseconds(report?.initMs),
          },
          { label: "Memory used", value: memory(report?.usedMb, report?.memoryMb) },
          { label: "Version", value: outcome.version ?? "–" },
          { label: "Answered after", value: duration(outcome.tookMs) },
          { label: "At", value: time(outcome.endedMs) },
          { label: "Request ID", value: <RequestId id={outcome.requestId} /> },
        ]}
      />
      <div>
        <Box variant="h3">End of the log</Box>
        <Box variant="small" color="text-body-secondary">
          The last 4 KB of what this call wrote.
        </Box>
        <TextBlock label="End of the log" text={outcome.log === "" ? "Nothing was logged." : outcome.log} />
      </div>
    </>
  );
}

function RequestId({ id }: { readonly id: string }): ReactNode {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={id}
      copyButtonAriaLabel="Copy the request ID"
      copySuccessText="Copied"
      copyErrorText="Could not be copied"
    />
  );
}

function milliseconds(ms: number | undefined): string {
  return ms === undefined ? "Not known" : `${ms} ms`;
}

function memory(used: number | undefined, size: number | undefined): string {
  return used === undefined || size === undefined ? "Not known" : `${used} MB of ${size} MB`;
}
