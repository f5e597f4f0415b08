/** Moves what a dead-letter queue holds back, shows how far that is, and stops it. */
import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { Failure } from "../../kit/failure.tsx";
import { useAction } from "../../kit/use-action.ts";
import { useLoad } from "../../kit/use-load.ts";
import { count, time } from "../../kit/words.ts";
import { nameOfArn, type QueueFacts, sqs } from "../queues/sqs.ts";
import { isRunning, percentMoved, statusWords } from "./move-task.ts";

const LOOK_AGAIN_MS = 1000;
const TASKS_SHOWN = 5;
/** Messages each second; SQS allows no more. */
const RATE_MAX = 500;

export function Redrive({ queue }: { readonly queue: QueueFacts }): ReactNode {
  const { arn } = queue;
  const tasks = useLoad(
    `moves ${arn}`,
    async () => {
      const wanted = { SourceArn: arn, MaxResults: TASKS_SHOWN };
      return (await sqs().send(new ListMessageMoveTasksCommand(wanted))).Results ?? [];
    },
    LOOK_AGAIN_MS,
  );
  const { isBusy, error, run } = useAction();
  const [destination, setDestination] = useState("");
  const [rate, setRate] = useState("");
  const isRateGood = rate === "" || (/^\d+$/.test(rate) && Number(rate) >= 1 && Number(rate) <= RATE_MAX);
  const running = tasks.data?.some(isRunning) ?? false;
  const start = (): Promise<boolean> =>
    run(async () => {
      await sqs().send(
        new StartMessageMoveTaskCommand({
          SourceArn: arn,
          ...(destination !== "" && { DestinationArn: arnBeside(arn, destination) }),
          ...(rate !== "" && { MaxNumberOfMessagesPerSecond: Number(rate) }),
        }),
      );
      await tasks.reload();
    });
  const cancel = (TaskHandle: string | undefined): Promise<boolean> =>
    run(async () => {
      await sqs().send(new CancelMessageMoveTaskCommand({ TaskHandle }));
      await tasks.reload();
    });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Moves every message of this queue, the oldest first."
          actions={
            <Button
              variant="primary"
              disabled={running || !isRateGood}
              loading={isBusy}
              onClick={() => void start()}
            >
              Start redrive
            </Button>
          }
        >
          Redrive
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Failure error={error ?? tasks.error} />
        <ColumnLayout columns={2}>
          <FormField
            label="Destination (optional)"
            description="The name of a queue. Empty: back to where each message came from."
          >
            <Input
              value={destination}
              autoComplete={false}
              onChange={({ detail }) => setDestination(detail.value.trim())}
            />
          </FormField>
          <FormField
            label="Messages per second (optional)"
            description="Empty: as fast as it goes."
            errorText={isRateGood ? undefined : `A whole number from 1 to ${RATE_MAX}.`}
          >
            <Input value={rate} inputMode="numeric" onChange={({ detail }) => setRate(detail.value)} />
          </FormField>
        </ColumnLayout>
        {tasks.data?.length === 0 && <Box color="text-body-secondary">No redrive yet.</Box>}
        {(tasks.data ?? []).map((task) => (
          <MoveTask
            key={`${task.StartedTimestamp} ${task.TaskHandle}`}
            task={task}
            onCancel={() => void cancel(task.TaskHandle)}
          />
        ))}
      </SpaceBetween>
    </Container>
  );
}

interface MoveTaskProps {
  readonly task: ListMessageMoveTasksResultEntry;
  readonly onCancel: () => void;
}

function MoveTask({ task, onCancel }: MoveTaskProps): ReactNode {
  const target = task.DestinationArn === undefined ? "their own queues" : nameOfArn(task.DestinationArn);
  const moved = count(task.ApproximateNumberOfMessagesMoved ?? 0);
  const whole = count(task.ApproximateNumberOfMessagesToMove ?? 0);
  return (
    <SpaceBetween direction="horizontal" size="m" alignItems="center">
      <ProgressBar
        label={`To ${target}`}
        description={`Started ${time(task.StartedTimestamp)}`}
        value={percentMoved(task)}
        additionalInfo={`${statusWords(task)}: ${moved} of ${whole} moved`}
      />
      {task.Status === "RUNNING" && task.TaskHandle !== undefined && (
        <Button onClick={onCancel}>Cancel redrive</Button>
      )}
    </SpaceBetween>
  );
}

/** A queue's ARN in the account and region of another's. */
function arnBeside(arn: string, name: string): string {
  return name.startsWith("arn:") ? name : arn.slice(0, arn.lastIndexOf(":") + 1) + name;
}
