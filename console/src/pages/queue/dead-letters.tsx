/** Where a queue's dead letters go, whose dead letters it takes itself, and sending those back. */
import { paginateListDeadLetterSourceQueues } from "@aws-sdk/client-sqs";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { to } from "../../app/router.ts";
import { Failure } from "../../kit/failure.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { count } from "../../kit/words.ts";
import { nameOfArn, nameOfUrl, type QueueFacts, sqs } from "../queues/sqs.ts";
import { Redrive } from "./redrive.tsx";

export function DeadLetters({ queue }: { readonly queue: QueueFacts }): ReactNode {
  const sources = useLoad(`sources ${queue.url}`, async () => {
    const urls: string[] = [];
    const pages = paginateListDeadLetterSourceQueues({ client: sqs() }, { QueueUrl: queue.url });
    for await (const page of pages) urls.push(...(page.queueUrls ?? []));
    return urls.map(nameOfUrl);
  });
  const isDeadLetterQueue = (sources.data ?? []).length > 0;
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Dead letters of this queue</Header>}>
        {queue.redrive === undefined ? (
          <Box>
            This queue has no dead-letter queue: a message that nobody deletes comes again until its retention
            is over. The settings name one.
          </Box>
        ) : (
          <Box>
            After {count(queue.redrive.receiveCountMax)} receives, a message goes to{" "}
            <Link href={`${to("queues", nameOfArn(queue.redrive.deadLetterArn))}?tab=dead-letters`}>
              {nameOfArn(queue.redrive.deadLetterArn)}
            </Link>
            .
          </Box>
        )}
      </Container>
      <Container header={<Header variant="h2">Dead letters in this queue</Header>}>
        <Failure error={sources.error} retry={() => void sources.reload()} />
        {sources.data !== undefined && !isDeadLetterQueue && (
          <Box>No queue names this one as its dead-letter queue.</Box>
        )}
        {isDeadLetterQueue && (
          <Box>
            This is the dead-letter queue of{" "}
            {(sources.data ?? []).map((name, index) => (
              <span key={name}>
                {index > 0 && ", "}
                <Link href={to("queues", name)}>{name}</Link>
              </span>
            ))}
            .
          </Box>
        )}
      </Container>
      {isDeadLetterQueue && <Redrive queue={queue} />}
    </SpaceBetween>
  );
}
