/** One queue: what it holds, its settings, its dead letters, and the functions it feeds. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import HelpPanel from "@cloudscape-design/components/help-panel";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { type ReactNode, useState } from "react";
import { navigate, replaceAddress, to } from "../../app/router.ts";
import type { PageProps } from "../../app/routes.ts";
import { Failure } from "../../kit/failure.tsx";
import { Page } from "../../kit/page.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { DeleteQueue } from "../queues/delete-queue.tsx";
import { factsOf, type QueueFacts, urlOf } from "../queues/sqs.ts";
import { DeadLetters } from "./dead-letters.tsx";
import { Overview } from "./overview.tsx";
import { PeekMessages } from "./peek-messages.tsx";
import { PurgeQueue } from "./purge-queue.tsx";
import { QueueSettings } from "./queue-settings.tsx";
import { SendMessage } from "./send-message.tsx";
import { Triggers } from "./triggers.tsx";

const COUNT_AGAIN_MS = 1500;
const CRUMBS = [{ text: "Queues", href: "#/queues" }];

export default function QueuePage({ params, query }: PageProps): ReactNode {
  const name = params["name"] ?? "";
  const { data, error, isLoading, reload } = useLoad(
    `queue ${name}`,
    async () => factsOf(await urlOf(name)),
    COUNT_AGAIN_MS,
  );
  const [dialog, setDialog] = useState<"delete" | "purge">();
  return (
    <Page
      title={name}
      crumbs={CRUMBS}
      help={HELP}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={data === undefined} onClick={() => setDialog("purge")}>
            Purge
          </Button>
          <Button disabled={data === undefined} onClick={() => setDialog("delete")}>
            Delete
          </Button>
        </SpaceBetween>
      }
    >
      <Failure error={error} retry={() => void reload()} />
      {data === undefined
        ? isLoading && (
            <Box textAlign="center" padding="l">
              <Spinner /> <span>Loading the queue</span>
            </Box>
          )
        : queueTabs(data, reload, query.get("tab") ?? "messages")}
      {dialog === "purge" && data !== undefined && (
        <PurgeQueue queue={data} onPurged={reload} onClose={() => setDialog(undefined)} />
      )}
      {dialog === "delete" && data !== undefined && (
        <DeleteQueue
          url={data.url}
          onClose={() => setDialog(undefined)}
          onDeleted={async () => navigate("#/queues")}
        />
      )}
    </Page>
  );
}

function queueTabs(queue: QueueFacts, reload: () => Promise<void>, active: string): ReactNode {
  const lazily = "lazy" as const;
  return (
    <>
      <Overview queue={queue} />
      <Tabs
        ariaLabel={`Of ${queue.name}`}
        activeTabId={active}
        onChange={({ detail }) => replaceAddress(`${to("queues", queue.name)}?tab=${detail.activeTabId}`)}
        tabs={[
          {
            id: "messages",
            label: "Messages",
            contentRenderStrategy: lazily,
            content: (
              <SpaceBetween size="l">
                <SendMessage queue={queue} onSent={reload} />
                <PeekMessages queue={queue} onChanged={reload} />
              </SpaceBetween>
            ),
          },
          {
            id: "settings",
            label: "Settings",
            contentRenderStrategy: lazily,
            content: <QueueSettings queue={queue} reload={reload} />,
          },
          {
            id: "dead-letters",
            label: "Dead letters",
            contentRenderStrategy: lazily,
            content: <DeadLetters queue={queue} />,
          },
          {
            id: "triggers",
            label: "Lambda triggers",
            contentRenderStrategy: lazily,
            content: <Triggers arn={queue.arn} />,
          },
        ]}
      />
    </>
  );
}

const HELP = (
  <HelpPanel header={<h2>Queue</h2>}>
    <p>
      Looking at messages receives them with a visibility timeout of 0, so they stay for others to take. It
      counts as a receive all the same: the receive count goes up, and a queue with a dead-letter queue sends
      a message there when it was looked at more often than its maximum receives allow.
    </p>
    <p>
      Up to 50 messages are shown. A FIFO queue gives the first ten it has again and again, so that no more of
      it are seen. What is in flight or delayed is not seen.
    </p>
    <p>
      A redrive moves all messages of a dead-letter queue back to the queues they came from, or to another
      one.
    </p>
  </HelpPanel>
);
