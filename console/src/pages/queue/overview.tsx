/** A queue's facts at a glance; its numbers are read again and again. */
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { count, time } from "../../kit/words.ts";
import { nameOfArn, type QueueFacts } from "../queues/sqs.ts";

export function Overview({ queue }: { readonly queue: QueueFacts }): ReactNode {
  const { attributes, redrive } = queue;
  const created = attributes["CreatedTimestamp"];
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Available", value: count(queue.visible) },
          { label: "In flight", value: count(queue.inFlight) },
          { label: "Delayed", value: count(queue.delayed) },
          { label: "Type", value: queue.isFifo ? "FIFO" : "Standard" },
          {
            label: "Dead-letter queue",
            value:
              redrive === undefined ? (
                "None"
              ) : (
                <>
                  <Link href={to("queues", nameOfArn(redrive.deadLetterArn))}>
                    {nameOfArn(redrive.deadLetterArn)}
                  </Link>{" "}
                  after {count(redrive.receiveCountMax)} receives
                </>
              ),
          },
          { label: "Created", value: time(created === undefined ? undefined : Number(created) * 1000) },
          { label: "URL", value: <Copied what="the URL" text={queue.url} /> },
          { label: "ARN", value: <Copied what="the ARN" text={queue.arn} /> },
        ]}
      />
    </Container>
  );
}

function Copied({ what, text }: { readonly what: string; readonly text: string }): ReactNode {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="Could not be copied"
    />
  );
}
