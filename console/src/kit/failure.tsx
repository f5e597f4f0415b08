/** What went wrong while something was read, in AWS's words, with a way to try again. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { ReactNode } from "react";
import { errorText, errorTitle } from "./words.ts";

interface Props {
  readonly error: unknown;
  readonly retry?: () => void;
}

/** Draws nothing when there is no error. */
export function Failure({ error, retry }: Props): ReactNode {
  if (error === undefined) return undefined;
  return (
    <Alert
      type="error"
      header={errorTitle(error)}
      action={retry && <Button onClick={() => retry()}>Try again</Button>}
    >
      {errorText(error)}
    </Alert>
  );
}
