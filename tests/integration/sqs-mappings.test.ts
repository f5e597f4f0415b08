/** Functions that are called for the messages of queues. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  GetEventSourceMappingCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { lambdaClient, logsClient, sqsClient } from "../../testkit/clients.ts";
import { logOf } from "../../testkit/extensions.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** Says what it got, and does as a body tells it: `sleep:<seconds>`, `fail`, or `report`. */
const TELLS = pythonZip(`
import json, time
def lambda_handler(event, context):
    begin = time.time()
    records = event["Records"]
    bodies = [record["body"] for record in records]
    failures = []
    for body in bodies:
        if body.startswith("sleep:"): time.sleep(float(body.split(":")[1]))
    for record in records:
        if record["body"] == "report" and record["attributes"]["ApproximateReceiveCount"] == "1":
            failures.append({"itemIdentifier": record["messageId"]})
    print("TOLD " + json.dumps({"begin": begin, "end": time.time(), "bodies": bodies, "first": records[0],
        "counts": [int(record["attributes"]["ApproximateReceiveCount"]) for record in records]}))
    if "fail" in bodies and records[0]["attributes"]["ApproximateReceiveCount"] == "1": raise Exception("as told")
    return {"batchItemFailures": failures}
`);

interface Told {
  readonly begin: number;
  readonly end: number;
  readonly bodies: readonly string[];
  readonly counts: readonly number[];
  readonly first: Readonly<Record<string, unknown>>;
}

describe("mappings of queues", () => {
  let server: TestServer;
  let client: LambdaClient;
  let sqs: SQSClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    sqs = sqsClient(server.url);
  });
  after(() => server.stop());

  const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:000000000000:${queue}`;

  async function createQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
    const { QueueUrl = "" } = await sqs.send(
      new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "30", ...attributes } }),
    );
    return QueueUrl;
  }

  async function send(
    url: string,
    bodies: readonly string[],
    more: (body: string, index: number) => Partial<SendMessageBatchRequestEntry> = () => ({}),
  ): Promise<void> {
    for (let at = 0; at < bodies.length; at += 10) {
      const Entries = bodies.slice(at, at + 10).map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        ...more(MessageBody, at + index),
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    }
  }

  async function map(
    name: string,
    settings: Partial<CreateEventSourceMappingCommandInput> = {},
  ): Promise<string> {
    const { UUID = "" } = await client.send(
      new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn: arnOf(name), ...settings }),
    );
    await reaches(UUID, settings.Enabled === false ? "Disabled" : "Enabled");
    return UUID;
  }

  const get = (UUID: string) => client.send(new GetEventSourceMappingCommand({ UUID }));

  const reaches = (uuid: string, state: string) =>
    waitFor(state, async () => ((await get(uuid)).State === state ? true : undefined));

  /** What the function was called with so far. */
  async function told(name: string): Promise<Told[]> {
    const log = await logOf(logsClient(server.url), name).catch(() => "");
    return log
      .split("\n")
      .flatMap((line) => (line.startsWith("TOLD ") ? [JSON.parse(line.slice(5)) as Told] : []));
  }

  const toldBodies = async (name: string) => (await told(name)).flatMap(({ bodies }) => bodies);

  const hears = (name: string, count: number) =>
    waitFor(`${count} messages at ${name}`, async () => {
      const bodies = await toldBodies(name);
      return bodies.length >= count ? bodies : undefined;
    });

  /** Visible, in flight. */
  async function counts(url: string): Promise<number[]> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {};
    return [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible].map(Number);
  }

  const isEmpty = (url: string) =>
    waitFor("the queue to be empty", async () =>
      (await counts(url)).every((count) => count === 0) ? true : undefined,
    );

  it("bring a message as it is on AWS, and delete it", async () => {
    const url = await createQueue("one");
    await createFunction(client, "one", TELLS);
    await map("one");
    await send(url, ["hello"], () => ({
      MessageAttributes: { colour: { DataType: "String", StringValue: "red" } },
    }));
    await hears("one", 1);
    const [{ first } = assert.fail()] = await told("one");
    const { attributes, messageId, receiptHandle, md5OfMessageAttributes, ...rest } = first;
    assert.deepEqual(rest, {
      body: "hello",
      messageAttributes: {
        colour: { stringValue: "red", stringListValues: [], binaryListValues: [], dataType: "String" },
      },
      md5OfBody: "5d41402abc4b2a76b9719d911017c592",
      eventSource: "aws:sqs",
      eventSourceARN: arnOf("one"),
      awsRegion: "us-east-1",
    });
    assert.match(String(messageId), /^[0-9a-f-]{36}$/);
    assert.match(String(md5OfMessageAttributes), /^[0-9a-f]{32}$/);
    assert.ok(String(receiptHandle).length > 0);
    assert.deepEqual(Object.keys(attributes as object).sort(), [
      "ApproximateFirstReceiveTimestamp",
      "ApproximateReceiveCount",
      "SenderId",
      "SentTimestamp",
    ]);
    await isEmpty(url);
  });

  it("give a function with two places a thousand messages, two batches at a time, and lose none", async () => {
    const deadUrl = await createQueue("dead");
    const url = await createQueue("thousand", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 3 }),
    });
    const sent = Array.from({ length: 1000 }, (_, at) =>
      at % 10 === 0 ? `sleep:0.02:${at}` : `message ${at}`,
    );
    await createFunction(client, "thousand", TELLS);
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "thousand", ReservedConcurrentExecutions: 2 }),
    );
    await send(url, sent);
    await map("thousand");
    await isEmpty(url);
    const calls = await told("thousand");
    assert.deepEqual(calls.flatMap(({ bodies }) => bodies).sort(), sent.sort());
    // Nobody's wait for a place was counted as a receive.
    assert.deepEqual(new Set(calls.flatMap((call) => call.counts)), new Set([1]));
    const atOnce = calls.map(
      (call) => calls.filter((other) => other.begin <= call.begin && other.end > call.begin).length,
    );
    assert.equal(Math.max(...atOnce), 2);
    assert.deepEqual(await counts(deadUrl), [0, 0]);
  });

  it("bring messages again that the function reports as failed, and no others", async () => {
    const url = await createQueue("reports", { VisibilityTimeout: "2" });
    await createFunction(client, "reports", TELLS, { Timeout: 2 });
    await send(url, ["a", "report", "b"]);
    await map("reports", { FunctionResponseTypes: ["ReportBatchItemFailures"] });
    const bodies = await hears("reports", 4);
    assert.deepEqual(bodies.sort(), ["a", "b", "report", "report"]);
    await isEmpty(url);
  });

  it("bring all of a batch again when the function fails, after the visibility timeout", async () => {
    const url = await createQueue("fails", { VisibilityTimeout: "2" });
    await createFunction(client, "fails", TELLS, { Timeout: 2 });
    await send(url, ["a", "fail"]);
    const uuid = await map("fails");
    await waitFor("the problem", async () =>
      (await get(uuid)).LastProcessingResult === "PROBLEM: Function call failed" ? true : undefined,
    );
    await hears("fails", 4);
    const calls = await told("fails");
    assert.deepEqual(new Set(calls.slice(1).flatMap((call) => call.counts)), new Set([2]));
    assert.ok((calls[1]?.begin ?? 0) - (calls[0]?.end ?? 0) > 1.5);
    await isEmpty(url);
    assert.equal((await get(uuid)).LastProcessingResult, undefined);
  });

  it("bring only what a filter matches, and delete the rest", async () => {
    const url = await createQueue("filters");
    await createFunction(client, "filters", TELLS);
    const wanted = '{"kind":"wanted","size":12}';
    await send(url, ['{"kind":"other","size":12}', wanted, "text", '{"kind":"wanted","size":1}', "plain"]);
    await map("filters", {
      FilterCriteria: {
        Filters: [
          { Pattern: JSON.stringify({ body: { kind: ["wanted"], size: [{ numeric: [">", 10] }] } }) },
          { Pattern: JSON.stringify({ body: [{ prefix: "pl" }] }) },
        ],
      },
    });
    assert.deepEqual((await hears("filters", 2)).sort(), ["plain", wanted]);
    await isEmpty(url);
    assert.equal((await toldBodies("filters")).length, 2);
  });

  it("keep the order within each group of a FIFO queue, also when a batch fails", async () => {
    const url = await createQueue("order.fifo", {
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
      VisibilityTimeout: "2",
    });
    await createFunction(client, "order", TELLS, { Timeout: 2 });
    const groups = ["a", "b", "c", "d"];
    const sent = Array.from({ length: 10 }, (_, at) => groups.map((group) => `${group}:${at}`)).flat();
    await send(url, ["fail"], () => ({ MessageGroupId: "a" }));
    await send(url, sent, (body) => ({ MessageGroupId: body.charAt(0) }));
    await map("order", { EventSourceArn: arnOf("order.fifo"), BatchSize: 3 });
    await isEmpty(url);
    const heard = await toldBodies("order");
    for (const group of groups) {
      const own = heard.filter((body) => body.startsWith(`${group}:`));
      // What came again counts once, where it came last.
      const once = own.filter((body, at) => own.lastIndexOf(body) === at);
      assert.deepEqual(
        once,
        sent.filter((body) => body.startsWith(`${group}:`)),
      );
    }
    assert.equal(heard.filter((body) => body === "fail").length, 2);
    const [{ first } = assert.fail()] = await told("order");
    const names = Object.keys(first["attributes"] as object);
    for (const name of ["SequenceNumber", "MessageGroupId", "MessageDeduplicationId"]) {
      assert.ok(names.includes(name), name);
    }
  });

  it("gather a batch until it is full or its window is over", async () => {
    const url = await createQueue("window");
    await createFunction(client, "window", TELLS);
    await send(
      url,
      Array.from({ length: 27 }, (_, at) => String(at)),
    );
    await map("window", { BatchSize: 25, MaximumBatchingWindowInSeconds: 1 });
    await hears("window", 27);
    const calls = await told("window");
    assert.deepEqual(calls.map(({ bodies }) => bodies.length).sort(), [2, 25]);
    await isEmpty(url);
  });

  it("are disabled when the last batch has ended, and go on when they are enabled", async () => {
    const url = await createQueue("pausing");
    await createFunction(client, "pausing", TELLS);
    const uuid = await map("pausing");
    await send(url, ["sleep:1.5"]);
    await waitFor("the batch", async () => ((await counts(url))[1] === 1 ? true : undefined));
    const update = (Enabled: boolean) =>
      client.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled }));
    assert.equal((await update(false)).State, "Disabling");
    assert.equal((await get(uuid)).State, "Disabling");
    await reaches(uuid, "Disabled");
    assert.deepEqual(await toldBodies("pausing"), ["sleep:1.5"]);
    assert.deepEqual(await counts(url), [0, 0]);
    await send(url, ["later"]);
    assert.deepEqual(await counts(url), [1, 0]);
    await update(true);
    await hears("pausing", 2);
    await isEmpty(url);
  });

  it("take changed settings and another function without a pause", async () => {
    const url = await createQueue("changing");
    await createFunction(client, "changing", TELLS);
    await createFunction(client, "changed", TELLS);
    const uuid = await map("changing");
    await send(url, ["1"]);
    await hears("changing", 1);
    const filter = { Filters: [{ Pattern: JSON.stringify({ body: ["3"] }) }] };
    await client.send(
      new UpdateEventSourceMappingCommand({ UUID: uuid, FunctionName: "changed", FilterCriteria: filter }),
    );
    await reaches(uuid, "Enabled");
    await send(url, ["2", "3"]);
    assert.deepEqual(await hears("changed", 1), ["3"]);
    assert.deepEqual(await toldBodies("changing"), ["1"]);
  });

  it("leave the queue alone when they are gone", async () => {
    const url = await createQueue("leaving");
    await createFunction(client, "leaving", TELLS);
    const uuid = await map("leaving");
    await client.send(new DeleteEventSourceMappingCommand({ UUID: uuid }));
    await waitFor("it to be gone", async () =>
      (await get(uuid).catch(() => "gone")) === "gone" ? true : undefined,
    );
    await send(url, ["stays"]);
    assert.deepEqual(await counts(url), [1, 0]);
  });

  it("tell of a function or a queue that is not there, and go on when the function comes back", async () => {
    const url = await createQueue("back");
    await createFunction(client, "back", TELLS);
    const uuid = await map("back");
    const problem = (text: string | undefined) =>
      waitFor(String(text), async () => ((await get(uuid)).LastProcessingResult === text ? true : undefined));
    await client.send(new DeleteFunctionCommand({ FunctionName: "back" }));
    await send(url, ["1"]);
    await problem("PROBLEM: Function cannot be called");
    assert.equal((await get(uuid)).State, "Enabled");
    await createFunction(client, "back", TELLS);
    await hears("back", 1);
    await isEmpty(url);
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    await problem("PROBLEM: Event source cannot be read");
  });
});
