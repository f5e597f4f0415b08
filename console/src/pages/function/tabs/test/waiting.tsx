/** While a test runs: for how long it has; and what is said when AWS refused the call. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ReactNode, useEffect, useState } from "react";
import { Failure } from "../../../../kit/failure.tsx";
import { duration, errorText } from "../../../../kit/words.ts";

const TICK_MS = 1000;

interface WaitingProps {
  readonly sinceMs: number;
  readonly onStop: () => void;
}

export function Waiting({ sinceMs, onStop }: WaitingProps): ReactNode {
  const [nowMs, setNowMs] = useState(sinceMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const isLong = nowMs - sinceMs >= TICK_MS;
  return (
    <Container>
      <SpaceBetween direction="horizontal" size="m" alignItems="center">
        <StatusIndicator type="in-progress">The function runs</StatusIndicator>
        {/* Read out each second, the time would drown everything else. */}
        {isLong && <span aria-hidden="true">{duration(nowMs - sinceMs)}</span>}
        {isLong && <Button onClick={onStop}>Stop waiting</Button>}
        {isLong && (
          <Box variant="small" color="text-body-secondary">
            The function itself is not stopped by that.
          </Box>
        )}
      </SpaceBetween>
    </Container>
  );
}

export function Refused({ error }: { readonly error: unknown }): ReactNode {
  if (error instanceof Error && error.name === "TooManyRequestsException") {
    return (
      <Alert type="warning" header="Throttled">
        {errorText(error)} It had no environment left that it may use, and did not run.
      </Alert>
    );
  }
  return <Failure error={error} />;
}
