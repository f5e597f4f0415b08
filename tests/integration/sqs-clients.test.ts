/** Queues with the clients that people have: boto3, the AWS CLI in both versions, and npm's sqs-consumer. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
  type SQSServiceException,
} from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import { aws, python, runProgram, sqsClient } from "../../testkit/clients.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** The CLI's second version as Debian has it: its SQS speaks the query protocol still. */
const OLD_AWS = "/usr/bin/aws";

describe("clients of queues", () => {
  let server: TestServer;
  let client: SQSClient;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    client = sqsClient(server.url);
    folder = await temporaryFolder();
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("boto3 finds everything as it is on AWS", async () => {
    const script = path.join(import.meta.dirname, "sqs_clients.py");
    const seen = (await python(server.url, script, folder)) as Record<string, unknown>;
    const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
    const { wait, ...rest } = seen;
    assert.ok(Number(wait) >= 0.95, `waited ${wait} s`);
    assert.deepEqual(rest, {
      missing: ["AWS.SimpleQueueService.NonExistentQueue", 400],
      url: `${server.url}/000000000000/boto`,
      policy: { deadLetterTargetArn: arn("boto-dead"), maxReceiveCount: 1 },
      tags: { team: "python" },
      message: [
        true,
        "größe 🎈",
        { n: { StringValue: "1", DataType: "Number.int" } },
        "Root=1-5759e988-bd862e3fe1be46a994272793",
      ],
      after: 0,
      dead: ["größe 🎈", arn("boto")],
      sources: [`${server.url}/000000000000/boto`],
      batch: [3, "InvalidParameterValue"],
      fifo: ["m0", "m1", "m2"],
      waited: 0,
      invalid: "InvalidParameterValue",
      listed: ["boto", "boto-dead", "boto.fifo"],
      endpoint: server.url,
    });
  });

  it("the AWS CLI creates, sends, receives and deletes", async () => {
    // For this service its first version has an endpoint of its own, which goes before AWS_ENDPOINT_URL.
    await useCli((args) => aws(server.url, ["--endpoint-url", server.url, "sqs", ...args], folder), "cli");
  });

  it("an AWS CLI that speaks the query protocol does the same", async (t) => {
    if (!existsSync(OLD_AWS)) return t.skip(`${OLD_AWS} is not installed`);
    await useCli(async (args) => {
      // This version does not read AWS_ENDPOINT_URL yet.
      const all = ["--endpoint-url", server.url, "--output", "json", "sqs", ...args];
      const { code, stdout, stderr } = await runProgram(server.url, OLD_AWS, all, folder);
      if (code !== 0) throw new Error(stderr.trim());
      return stdout.trim() === "" ? undefined : JSON.parse(stdout);
    }, "old-cli");
  });

  it("sqs-consumer handles every message, and those that fail come again", async (t) => {
    const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName: "consumed" }));
    const bodies = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const handled: string[] = [];
    const consumer = Consumer.create({
      queueUrl: QueueUrl,
      sqs: client,
      batchSize: 10,
      waitTimeSeconds: 20,
      terminateVisibilityTimeout: true,
      async handleMessage(message) {
        const { Body = "" } = message;
        handled.push(Body);
        if (Body === "m3" && handled.filter((each) => each === Body).length === 1) throw new Error("once");
        return message;
      },
    });
    consumer.on("error", () => undefined);
    consumer.on("processing_error", () => undefined);
    t.after(() => consumer.stop({ abort: true }));
    consumer.start();
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await waitFor("eleven messages to be handled", () => (handled.length >= 11 ? true : undefined));
    assert.deepEqual(handled.toSorted(), [...bodies, "m3"].toSorted());
    await waitFor("the queue to be empty", async () => {
      const AttributeNames = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
      ] as const;
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
      );
      return Object.values(Attributes ?? {}).every((count) => count === "0") ? true : undefined;
    });
  });

  it("the JavaScript SDK knows errors by their shapes and by their old codes", async () => {
    const QueueUrl = `${server.url}/000000000000/none`;
    await assert.rejects(
      client.send(new ReceiveMessageCommand({ QueueUrl })),
      (error: SQSServiceException) => {
        assert.equal(error.name, "QueueDoesNotExist");
        assert.equal((error as { Code?: string }).Code, "AWS.SimpleQueueService.NonExistentQueue");
        return error.$metadata.httpStatusCode === 400;
      },
    );
    const { QueueUrl: emptied } = await client.send(new CreateQueueCommand({ QueueName: "emptied" }));
    await client.send(new PurgeQueueCommand({ QueueUrl: emptied }));
    await assert.rejects(
      client.send(new PurgeQueueCommand({ QueueUrl: emptied })),
      (error: SQSServiceException) =>
        error.name === "PurgeQueueInProgress" && error.$metadata.httpStatusCode === 403,
    );
  });

  it("a server that stops does not wait for consumers that ask again and again", async () => {
    const other = await startTestServer();
    const own = sqsClient(other.url);
    const { QueueUrl = "" } = await own.send(new CreateQueueCommand({ QueueName: "q" }));
    const asking = (async () => {
      for (;;) await own.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    })().catch(() => undefined);
    await own.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    const startedMs = performance.now();
    await other.stop();
    await asking;
    assert.ok(performance.now() - startedMs < 10_000);
  });

  it("a server that stops does not wait for those who wait", async () => {
    const other = await startTestServer();
    const own = sqsClient(other.url);
    const { QueueUrl = "" } = await own.send(new CreateQueueCommand({ QueueName: "q" }));
    const waiting = own.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    // A request after it on another connection: the first has been taken.
    await own.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    const startedMs = performance.now();
    await other.stop();
    assert.equal((await waiting).Messages, undefined);
    assert.ok(performance.now() - startedMs < 10_000);
  });

  it("a client that goes away while it waits takes no message with it", async () => {
    const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName: "left" }));
    const left = new AbortController();
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: left.signal,
    });
    const look = () => client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    await look();
    left.abort();
    await assert.rejects(waiting);
    // The end of the connection was on its way before these: when they are answered, it has been seen.
    for (let round = 0; round < 20; round++) await look();
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "1", MessageBody: "x" }] }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    assert.equal(Messages?.[0]?.Body, "x");
  });
});

type Cli = (args: readonly string[]) => Promise<unknown>;

async function useCli(cli: Cli, name: string): Promise<void> {
  const created = (await cli(["create-queue", "--queue-name", name])) as { QueueUrl: string };
  const queue = ["--queue-url", created.QueueUrl];
  const attributes = '{"color":{"DataType":"String","StringValue":"blue"}}';
  const sent = (await cli([
    ...["send-message", ...queue, "--message-body", "hello"],
    ...["--message-attributes", attributes],
  ])) as { MessageId: string };
  const received = (await cli([
    ...["receive-message", ...queue, "--message-attribute-names", "All", "--attribute-names", "All"],
  ])) as { Messages: Record<string, unknown>[] };
  const [message = {}] = received.Messages;
  assert.equal(message["MessageId"], sent.MessageId);
  assert.deepEqual(message["MessageAttributes"], { color: { StringValue: "blue", DataType: "String" } });
  const counted = (await cli([
    ...["get-queue-attributes", ...queue, "--attribute-names", "ApproximateNumberOfMessagesNotVisible"],
  ])) as { Attributes: Record<string, string> };
  assert.deepEqual(counted.Attributes, { ApproximateNumberOfMessagesNotVisible: "1" });
  await cli(["delete-message", ...queue, "--receipt-handle", String(message["ReceiptHandle"])]);
  await assert.rejects(
    cli(["get-queue-url", "--queue-name", "nobody"]),
    /AWS.SimpleQueueService.NonExistentQueue/,
  );
  await cli(["delete-queue", ...queue]);
}
