/** Dead-letter queues and message move tasks. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { ListMessageMoveTasksResultEntry } from "@aws-sdk/client-sqs";
import { TestSqs } from "../../../testkit/sqs.ts";
import { waitFor } from "../../../testkit/wait.ts";

let sqs: TestSqs;
beforeEach(async () => {
  sqs = await TestSqs.open();
});
afterEach(() => sqs.close());

const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

function redrive(target: string, maxReceiveCount: number | string = 1): { RedrivePolicy: string } {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(target), maxReceiveCount }) };
}

async function tasks(name: string, MaxResults = 10): Promise<ListMessageMoveTasksResultEntry[]> {
  const input = { SourceArn: arnOf(name), MaxResults };
  return (await sqs.call<{ Results: ListMessageMoveTasksResultEntry[] }>("ListMessageMoveTasks", input))
    .Results;
}

function ended(name: string): Promise<ListMessageMoveTasksResultEntry> {
  return waitFor("the move task to end", async () => {
    const [task] = await tasks(name, 1);
    return task?.Status === "RUNNING" ? undefined : task;
  });
}

/** A source whose messages have all been given up. */
async function withDeadLetters(bodies: readonly string[]): Promise<{ source: string; dead: string }> {
  const dead = await sqs.queue("dead");
  const source = await sqs.queue("source", { VisibilityTimeout: "0", ...redrive("dead") });
  for (const body of bodies) await sqs.send(source, body);
  for (let left = bodies.length * 2; left > 0; left -= 10) await sqs.receive(source);
  await sqs.receive(source);
  assert.deepEqual(await sqs.counts(dead), [bodies.length, 0, 0]);
  return { source, dead };
}

test("what was received as often as allowed goes to the dead-letter queue on the next receive", async () => {
  const dead = await sqs.queue("dead");
  const source = await sqs.queue("source", { VisibilityTimeout: "0", ...redrive("dead", 2) });
  const { MessageId } = await sqs.send(source, "x");
  sqs.passSeconds(5);
  assert.deepEqual(await sqs.bodies(source), ["x"]);
  assert.deepEqual(await sqs.bodies(source), ["x"]);
  assert.deepEqual(await sqs.bodies(source), []);
  assert.deepEqual(await sqs.counts(source), [0, 0, 0]);
  const [message] = await sqs.receive(dead);
  assert.equal(message?.MessageId, MessageId);
  assert.equal(message.Attributes?.DeadLetterQueueSourceArn, arnOf("source"));
  assert.equal(message.Attributes.SentTimestamp, "1000", "a standard queue keeps the time of sending");
});

test("one who waits on the dead-letter queue is woken by what comes in", async () => {
  const dead = await sqs.queue("dead");
  const source = await sqs.queue("source", { VisibilityTimeout: "0", ...redrive("dead") });
  await sqs.send(source, "x");
  await sqs.receive(source);
  const waiting = sqs.bodies(dead, { WaitTimeSeconds: 20 });
  await sqs.counts(dead);
  await sqs.receive(source);
  assert.deepEqual(await waiting, ["x"]);
});

test("a moved message expires by the time it was first sent", async () => {
  const dead = await sqs.queue("dead", { MessageRetentionPeriod: "100" });
  const source = await sqs.queue("source", { VisibilityTimeout: "0", ...redrive("dead") });
  await sqs.send(dead, "own");
  await sqs.send(source, "x");
  await sqs.receive(source);
  sqs.passSeconds(90);
  await sqs.send(dead, "younger");
  await sqs.receive(source);
  assert.deepEqual(await sqs.counts(dead), [3, 0, 0]);
  sqs.passSeconds(10);
  assert.deepEqual(await sqs.counts(dead), [1, 0, 0]);
  assert.deepEqual(await sqs.bodies(dead), ["younger"]);
});

test("a FIFO queue goes on with the group's next message when it has given one up", async () => {
  const fifo = { FifoQueue: "true", ContentBasedDeduplication: "true" };
  const dead = await sqs.queue("dead.fifo", fifo);
  const source = await sqs.queue("source.fifo", { ...fifo, VisibilityTimeout: "5", ...redrive("dead.fifo") });
  for (const body of ["1", "2", "3"]) await sqs.send(source, body, { MessageGroupId: "g" });
  assert.deepEqual(await sqs.bodies(source, { MaxNumberOfMessages: 1 }), ["1"]);
  sqs.passSeconds(5);
  assert.deepEqual(await sqs.bodies(source), ["2", "3"]);
  const [message] = await sqs.receive(dead);
  assert.equal(message?.Body, "1");
  assert.equal(message.Attributes?.MessageGroupId, "g");
});

test("without its dead-letter queue a source keeps its messages", async () => {
  const dead = await sqs.queue("dead");
  const source = await sqs.queue("source", { VisibilityTimeout: "0", ...redrive("dead") });
  await sqs.call("DeleteQueue", { QueueUrl: dead });
  await sqs.send(source, "x");
  for (let count = 0; count < 3; count++) assert.deepEqual(await sqs.bodies(source), ["x"]);
});

test("a redrive policy must name a queue of the same kind that takes the messages", async () => {
  await sqs.queue("dead");
  await sqs.queue("dead.fifo", { FifoQueue: "true" });
  await sqs.queue("closed", { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
  const only = JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arnOf("friend")] });
  await sqs.queue("choosy", { RedriveAllowPolicy: only });
  const refuse = (attributes: object, message: RegExp) =>
    sqs.refused(
      "CreateQueue",
      { QueueName: "source", Attributes: attributes },
      "InvalidParameterValueException",
      message,
    );
  await refuse(redrive("nobody"), /Dead letter target does not exist/);
  await refuse(redrive("dead.fifo"), /same type/);
  await refuse(redrive("dead", 0), /from 1 to 1000/);
  await refuse({ RedrivePolicy: "{}" }, /mandatory attribute: deadLetterTargetArn/);
  await refuse(
    { RedrivePolicy: redrive("dead").RedrivePolicy.replace("}", ',"x":1}') },
    /Only following attributes/,
  );
  const to = (arn: string) => ({ RedrivePolicy: redrive("dead").RedrivePolicy.replace(arnOf("dead"), arn) });
  await refuse(to("dummy"), /Invalid value for deadLetterTargetArn\.$/);
  await refuse(to("arn:aws:sns:us-east-1:000000000000:dead"), /Only SQS queues are valid resources/);
  await refuse(to("arn:aws:sqs:eu-west-1:000000000000:dead"), /must be in same region as the source\.$/);
  await refuse(to("arn:aws:sqs:us-east-1:111111111111:dead"), /owner should be same as the source\.$/);
  await sqs.refused(
    "CreateQueue",
    { QueueName: "source", Attributes: { RedrivePolicy: "[]" } },
    "InvalidAttributeValue",
    /^Invalid value for the parameter RedrivePolicy\. Reason: Redrive policy is not a valid JSON map\.$/,
  );
  await refuse(redrive("closed"), /RedriveAllowPolicy/);
  await refuse(redrive("choosy"), /RedriveAllowPolicy/);
  await sqs.queue("friend", redrive("choosy", "3"));
  const { RedrivePolicy } = await sqs.attributes(await sqs.queue("friend"), "RedrivePolicy");
  assert.deepEqual(JSON.parse(RedrivePolicy ?? ""), {
    deadLetterTargetArn: arnOf("choosy"),
    maxReceiveCount: 3,
  });
});

test("a redrive allow policy names queues with the permission byQueue, and only with it", async () => {
  const url = await sqs.queue("dead");
  const refuse = (policy: object | string, code: string, message: RegExp) =>
    sqs.refused(
      "SetQueueAttributes",
      {
        QueueUrl: url,
        Attributes: { RedriveAllowPolicy: typeof policy === "string" ? policy : JSON.stringify(policy) },
      },
      code,
      message,
    );
  const [arn, redrivePermission] = [arnOf("source"), "byQueue"];
  for (const odd of [
    ...["no JSON", "[]", {}, { redrivePermission: "some" }, { redrivePermission: "allowAll", more: 1 }],
    ...[
      { redrivePermission, sourceQueueArns: arn },
      { redrivePermission, sourceQueueArns: ["source"] },
    ],
  ]) {
    await refuse(
      odd,
      "InvalidAttributeValue",
      /can't create the redrive allow policy, as it’s in an unsupported format/,
    );
  }
  const INVALID = "InvalidParameterValueException";
  await refuse({ redrivePermission }, INVALID, /you must also specify one or more sourceQueueArns values\.$/);
  await refuse(
    { redrivePermission: "denyAll", sourceQueueArns: [arn] },
    INVALID,
    /must set redrivePermission to byQueue/,
  );
  await refuse(
    { redrivePermission, sourceQueueArns: Array(11).fill(arn) },
    INVALID,
    /you can specify is 10\.$/,
  );
});

test("the sources of a dead-letter queue are listed by name, in pages", async () => {
  const dead = await sqs.queue("dead");
  for (const name of ["s3", "s1", "s2"]) await sqs.queue(name, redrive("dead"));
  const url = (name: string): string => `http://127.0.0.1:4566/000000000000/${name}`;
  type Page = { queueUrls: string[]; NextToken?: string };
  const first = await sqs.call<Page>("ListDeadLetterSourceQueues", { QueueUrl: dead, MaxResults: 2 });
  assert.deepEqual(first.queueUrls, [url("s1"), url("s2")]);
  const input = { QueueUrl: dead, MaxResults: 2, NextToken: first.NextToken };
  const second = await sqs.call<Page>("ListDeadLetterSourceQueues", input);
  assert.deepEqual(second, { queueUrls: [url("s3")] });
});

test("a move task sends each message back to where it came from, as a new one", async () => {
  const { source, dead } = await withDeadLetters(["a", "b", "c"]);
  await sqs.call("SetQueueAttributes", {
    QueueUrl: source,
    Attributes: { RedrivePolicy: redrive("dead", 5).RedrivePolicy },
  });
  await sqs.call("StartMessageMoveTask", { SourceArn: arnOf("dead") });
  const task = await ended("dead");
  assert.deepEqual(task, {
    Status: "COMPLETED",
    SourceArn: arnOf("dead"),
    ApproximateNumberOfMessagesMoved: 3,
    ApproximateNumberOfMessagesToMove: 3,
    StartedTimestamp: 1000,
  });
  assert.deepEqual(await sqs.counts(dead), [0, 0, 0]);
  const messages = await sqs.receive(source);
  assert.deepEqual(messages.map(({ Body }) => Body).sort(), ["a", "b", "c"]);
  assert.equal(messages[0]?.Attributes?.ApproximateReceiveCount, "1");
  assert.equal(messages[0]?.Attributes?.DeadLetterQueueSourceArn, undefined);
});

test("a move task with a rate takes its time, can be cancelled, and goes on after a restart", async () => {
  const { dead } = await withDeadLetters(["a", "b", "c", "d", "e"]);
  const other = await sqs.queue("other");
  const input = { SourceArn: arnOf("dead"), DestinationArn: arnOf("other"), MaxNumberOfMessagesPerSecond: 2 };
  await sqs.call("StartMessageMoveTask", input);
  const moved = (count: number) =>
    waitFor(`${count} messages to be moved`, async () =>
      (await tasks("dead", 1))[0]?.ApproximateNumberOfMessagesMoved === count ? true : undefined,
    );
  await moved(2);
  await sqs.refused(
    "StartMessageMoveTask",
    input,
    "InvalidParameterValueException",
    /already a task running/,
  );
  await sqs.restart();
  await moved(4);
  assert.deepEqual(await sqs.counts(other), [4, 0, 0]);
  const [running] = await tasks("dead", 1);
  assert.equal(running?.MaxNumberOfMessagesPerSecond, 2);
  const cancelled = await sqs.call("CancelMessageMoveTask", { TaskHandle: running?.TaskHandle });
  assert.deepEqual(cancelled, { ApproximateNumberOfMessagesMoved: 4 });
  const [task] = await tasks("dead");
  assert.equal(task?.Status, "CANCELLED");
  assert.equal(task.TaskHandle, undefined);
  assert.deepEqual(await sqs.counts(dead), [1, 0, 0]);
  const cancel = (TaskHandle: string | undefined, code: string, message: RegExp) =>
    sqs.refused("CancelMessageMoveTask", { TaskHandle }, code, message);
  await cancel(running?.TaskHandle, "ResourceNotFoundException", /^Task does not exist\.$/);
  await cancel("nonsense", "InvalidParameterValueException", /^Value for parameter TaskHandle is invalid\.$/);
  const elsewhere = Buffer.from(JSON.stringify({ taskId: "x", sourceArn: arnOf("nowhere") })).toString(
    "base64",
  );
  await cancel(elsewhere, "ResourceNotFoundException", /SourceArn parameter doesn't exist/);
});

test("a move task fails where a message has nowhere to go back to, and leaves it", async () => {
  const { source, dead } = await withDeadLetters(["a"]);
  await sqs.queue("another", redrive("dead"));
  await sqs.call("DeleteQueue", { QueueUrl: source });
  await sqs.call("StartMessageMoveTask", { SourceArn: arnOf("dead") });
  const task = await ended("dead");
  assert.equal(task.Status, "FAILED");
  assert.equal(task.FailureReason, "AWS.SimpleQueueService.NonExistentQueue");
  assert.deepEqual(await sqs.counts(dead), [1, 0, 0]);
});

test("a move task needs a queue that is somebody's dead-letter queue", async () => {
  await sqs.queue("q");
  const start = (input: object, code: string, message: RegExp) =>
    sqs.refused("StartMessageMoveTask", input, code, message);
  await start(
    { SourceArn: arnOf("q") },
    "InvalidParameterValueException",
    /configured as a Dead Letter Queue/,
  );
  await start({ SourceArn: arnOf("none") }, "ResourceNotFoundException", /SourceArn/);
  const rate = { SourceArn: arnOf("q"), MaxNumberOfMessagesPerSecond: 501 };
  await start(rate, "InvalidParameterValueException", /between 1 and 500/);
});
