/** All that is known of one environment. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { time } from "../../kit/words.ts";
import { memoryShare, originOf } from "./picture.ts";
import type { EnvironmentView } from "./snapshot.ts";
import { StateMark } from "./state-mark.tsx";
import { useNow } from "./use-environments.ts";
import { age, memoryWords, ORIGIN_WORDS, STATE_MEANINGS, STATE_WORDS, shortId } from "./words.ts";

interface Props {
  readonly environment: EnvironmentView;
  readonly hasEnded: boolean;
  readonly onClose: () => void;
}

export function EnvironmentDetail({ environment, hasEnded, onClose }: Props): ReactNode {
  const nowMs = useNow();
  const { id, functionName, version, state, requestId, logGroup, logStream } = environment;
  const logs = `${to("logs", logGroup)}?${new URLSearchParams({ stream: logStream })}`;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={<Button iconName="close" variant="icon" ariaLabel="Close the details" onClick={onClose} />}
        >
          Environment {shortId(id)}
        </Header>
      }
    >
      <KeyValuePairs
        items={[
          {
            label: "State",
            value: hasEnded ? (
              "ended: it has been taken away"
            ) : (
              <>
                <StateMark state={state} /> {STATE_WORDS[state]} for {age(nowMs - environment.stateSinceMs)}
                <Box color="text-body-secondary" fontSize="body-s">
                  {STATE_MEANINGS[state]}
                </Box>
              </>
            ),
          },
          {
            label: "Memory, at its peak",
            value: (
              <ProgressBar
                value={memoryShare(environment) * 100}
                additionalInfo={memoryWords(environment)}
                ariaLabel="Memory used"
              />
            ),
          },
          {
            label: "Function",
            value: (
              <>
                <Link href={to("functions", functionName)}>{functionName}</Link> {version}
              </>
            ),
          },
          { label: "Invocations", value: environment.invocations },
          { label: "Came to be by", value: ORIGIN_WORDS[originOf(environment)] },
          {
            label: "Age",
            value: `${age(nowMs - environment.createdAtMs)}, since ${time(environment.createdAtMs)}`,
          },
          {
            label: "Request",
            value: requestId === undefined ? "none" : <Copied text={requestId} what="request id" />,
          },
          { label: "Log stream", value: <Link href={logs}>{logStream}</Link> },
          { label: "Id", value: <Copied text={id} what="id" /> },
        ]}
      />
    </Container>
  );
}

function Copied({ text, what }: { readonly text: string; readonly what: string }): ReactNode {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy the ${what}`}
      copySuccessText="Copied"
      copyErrorText="The browser does not allow copying"
    />
  );
}
