/** A queue's settings, to change; what somebody typed stays while the numbers around it move. */
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useAction } from "../../kit/use-action.ts";
import { QueueFields } from "../queues/queue-fields.tsx";
import { attributesOf, draftOf, isSendable, type QueueDraft } from "../queues/settings.ts";
import { type QueueFacts, sqs } from "../queues/sqs.ts";

interface Props {
  readonly queue: QueueFacts;
  readonly reload: () => Promise<void>;
}

export function QueueSettings({ queue, reload }: Props): ReactNode {
  const notify = useNotify();
  const { isBusy, error, run, forget } = useAction();
  const [edited, setEdited] = useState<QueueDraft>();
  const known = draftOf(queue);
  const draft = edited ?? known;
  const change = attributesOf(draft, queue.isFifo, known);
  const isChanged = Object.keys(change).length > 0;
  const save = async (): Promise<void> => {
    const worked = await run(async () => {
      await sqs().send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: change }));
    });
    if (!worked) return;
    await reload();
    setEdited(undefined);
    notify({ type: "success", header: `Saved: settings of ${queue.name}` });
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                variant="link"
                disabled={!isChanged || isBusy}
                onClick={() => {
                  setEdited(undefined);
                  forget();
                }}
              >
                Discard
              </Button>
              <Button
                variant="primary"
                disabled={!isChanged || !isSendable(draft)}
                loading={isBusy}
                onClick={() => void save()}
              >
                Save
              </Button>
            </SpaceBetween>
          }
        >
          Settings
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Failure error={error} />
        <QueueFields draft={draft} isFifo={queue.isFifo} name={queue.name} onChange={setEdited} />
      </SpaceBetween>
    </Container>
  );
}
