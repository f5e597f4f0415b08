/** Mappings of streams of another server, by AWS's own clients: Kinesis and the streams of tables, as moto serves them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { cloudWatchClient, lambdaClient, logsClient, sqsClient } from "../../testkit/clients.ts";
import { logOf } from "../../testkit/extensions.ts";
import { createFunction, pythonZip, ROLE, refusalOf } from "../../testkit/functions.ts";
import { type MotoServer, startMotoServer } from "../../testkit/moto-server.ts";
import { MotoStreams } from "../../testkit/moto-streams.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const TELLS = pythonZip(`
import json
def lambda_handler(event, context):
    print("GOT", json.dumps(event))
    if "bad" in json.dumps(event) or any(r.get("kinesis", {}).get("data") == "YmFk" for r in event["Records"]):
        raise ValueError("bad")
`);

interface Event {
  readonly Records: readonly Record<string, unknown>[];
}

describe("mappings of streams", () => {
  let far: MotoServer;
  let server: TestServer;
  let client: LambdaClient;
  let streams: MotoStreams;
  before(async () => {
    far = await startMotoServer();
    streams = new MotoStreams(far.url);
    server = await startTestServer({
      LAMBKIN_KINESIS_ENDPOINT_URL: far.url,
      LAMBKIN_DYNAMODB_STREAMS_ENDPOINT_URL: far.url,
    });
    client = lambdaClient(server.url);
  });
  after(async () => {
    await server.stop();
    await far.stop();
  });

  async function map(name: string, more: Partial<CreateEventSourceMappingCommandInput>): Promise<string> {
    const { UUID = "" } = await client.send(
      new CreateEventSourceMappingCommand({ FunctionName: name, StartingPosition: "TRIM_HORIZON", ...more }),
    );
    return UUID;
  }

  const events = async (name: string, count: number): Promise<Event[]> => {
    return waitFor(`${count} events of ${name}`, async () => {
      const found = await seen(name);
      return found.length >= count ? found : undefined;
    });
  };

  async function seen(name: string): Promise<Event[]> {
    const log = await logOf(logsClient(server.url), name).catch(() => "");
    return [...log.matchAll(/GOT (.*)/g)].map(([, json = ""]) => JSON.parse(json) as Event);
  }

  const dataOf = (all: readonly Event[]): string[] =>
    all.flatMap(({ Records }) => Records.map(({ kinesis }) => atob((kinesis as { data: string }).data)));

  const result = async (UUID: string) =>
    (await client.send(new GetEventSourceMappingCommand({ UUID }))).LastProcessingResult;

  it("hand over records of Kinesis as AWS does", async () => {
    const EventSourceArn = await streams.create("orders");
    await createFunction(client, "reads-orders", TELLS);
    const uuid = await map("reads-orders", { EventSourceArn });
    assert.equal(await result(uuid), "No records processed");
    await streams.put("orders", [["customer", "hello"]]);
    const [event] = await events("reads-orders", 1);
    const [record] = event?.Records ?? [];
    const kinesis = record?.["kinesis"] as Record<string, unknown>;
    assert.deepEqual(record, {
      kinesis: {
        kinesisSchemaVersion: "1.0",
        partitionKey: "customer",
        sequenceNumber: kinesis["sequenceNumber"],
        data: "aGVsbG8=",
        approximateArrivalTimestamp: kinesis["approximateArrivalTimestamp"],
      },
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: `shardId-000000000000:${kinesis["sequenceNumber"]}`,
      eventName: "aws:kinesis:record",
      invokeIdentityArn: ROLE,
      awsRegion: "us-east-1",
      eventSourceARN: EventSourceArn,
    });
    assert.ok(Math.abs(Number(kinesis["approximateArrivalTimestamp"]) * 1000 - Date.now()) < 60_000);
    await waitFor("the result", async () => ((await result(uuid)) === "OK" ? true : undefined));
    const age = await waitFor("IteratorAge", async () => {
      const { Datapoints } = await cloudWatchClient(server.url).send(
        new GetMetricStatisticsCommand({
          ...{ Namespace: "AWS/Lambda", MetricName: "IteratorAge", Statistics: ["Maximum"], Period: 60 },
          Dimensions: [{ Name: "FunctionName", Value: "reads-orders" }],
          ...{ StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 60_000) },
        }),
      );
      return Datapoints?.[0]?.Maximum;
    });
    assert.ok(age >= 0 && age < 30_000, `${age} ms`);
  });

  it("hand over changes of a table as AWS does, those that a filter wants", async () => {
    const EventSourceArn = await streams.createTable("accounts");
    await createFunction(client, "reads-accounts", TELLS);
    const Pattern = JSON.stringify({
      eventName: ["INSERT", "REMOVE"],
      dynamodb: { Keys: { id: { S: ["a"] } } },
    });
    await map("reads-accounts", { EventSourceArn, FilterCriteria: { Filters: [{ Pattern }] } });
    await streams.putItem("accounts", { id: { S: "b" } });
    await streams.putItem("accounts", { id: { S: "a" }, bytes: { B: "AQI=" }, n: { N: "1" } });
    await streams.putItem("accounts", { id: { S: "a" }, n: { N: "2" } });
    await streams.deleteItem("accounts", { id: { S: "a" } });
    const records = await waitFor("both records", async () => {
      const all = (await events("reads-accounts", 1)).flatMap(({ Records }) => Records);
      return all.length >= 2 ? all : undefined;
    });
    const { dynamodb = {}, eventID, ...outer } = records[0] ?? {};
    const { ApproximateCreationDateTime, SequenceNumber, SizeBytes, ...change } = dynamodb as Record<
      string,
      unknown
    >;
    assert.deepEqual(change, {
      Keys: { id: { S: "a" } },
      NewImage: { id: { S: "a" }, bytes: { B: "AQI=" }, n: { N: "1" } },
      StreamViewType: "NEW_AND_OLD_IMAGES",
    });
    assert.ok(Math.abs(Number(ApproximateCreationDateTime) * 1000 - Date.now()) < 60_000);
    assert.match(String(SequenceNumber), /^\d+$/);
    assert.equal(typeof SizeBytes, "number");
    assert.equal(typeof eventID, "string");
    assert.deepEqual(outer, {
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
      eventSourceARN: EventSourceArn,
    });
    assert.equal(records[1]?.["eventName"], "REMOVE");
  });

  it("tell a queue of what is given up, and go on", async () => {
    const EventSourceArn = await streams.create("poisoned");
    await createFunction(client, "chokes", TELLS);
    const sqs = sqsClient(server.url);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "given-up" }));
    const Destination = "arn:aws:sqs:us-east-1:000000000000:given-up";
    const uuid = await map("chokes", {
      ...{ EventSourceArn, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 },
      DestinationConfig: { OnFailure: { Destination } },
    });
    await streams.put(
      "poisoned",
      ["one", "bad", "two"].map((data) => ["k", data] as const),
    );
    const message = await waitFor("a message", async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
      return Messages?.[0];
    });
    const told = JSON.parse(message.Body ?? "") as Record<string, Record<string, unknown>>;
    assert.equal(told["requestContext"]?.["condition"], "RetryAttemptsExhausted");
    assert.equal(told["requestContext"]?.["approximateInvokeCount"], 2);
    assert.deepEqual(
      [told["KinesisBatchInfo"]?.["batchSize"], told["KinesisBatchInfo"]?.["streamArn"]],
      [1, EventSourceArn],
    );
    await waitFor("the last to be handed over", async () =>
      (await result(uuid)) === "OK" ? true : undefined,
    );
    assert.equal(dataOf(await seen("chokes")).at(-1), "two");
  });

  it("begin at LATEST, go on where they were after a pause, and forget all when they are deleted", async () => {
    const EventSourceArn = await streams.create("ticks");
    await createFunction(client, "reads-ticks", TELLS);
    await streams.put("ticks", [["k", "old"]]);
    const uuid = await map("reads-ticks", { EventSourceArn, StartingPosition: "LATEST" });
    let ticks = 0;
    await waitFor("the first", async () => {
      await streams.put("ticks", [["k", String(ticks++)]]);
      return (await seen("reads-ticks")).length > 0 ? true : undefined;
    });
    const state = (wanted: string) =>
      waitFor(wanted, async () => {
        const { State } = await client.send(new GetEventSourceMappingCommand({ UUID: uuid }));
        return State === wanted ? true : undefined;
      });
    await client.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: false }));
    await state("Disabled");
    await streams.put("ticks", [["k", "meanwhile"]]);
    await client.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: true }));
    const data = await waitFor("what came meanwhile", async () => {
      const all = dataOf(await seen("reads-ticks"));
      return all.at(-1) === "meanwhile" ? all : undefined;
    });
    const first = Number(data[0]);
    const wanted = Array.from({ length: ticks - first }, (_, at) => String(first + at));
    assert.deepEqual(data, [...wanted, "meanwhile"]);
    await state("Enabled");
    await client.send(new DeleteEventSourceMappingCommand({ UUID: uuid }));
    await waitFor("its end", async () => {
      const gone = await client.send(new GetEventSourceMappingCommand({ UUID: uuid })).catch(() => undefined);
      return gone === undefined ? true : undefined;
    });
  });

  it("are refused for a stream that is not there, and wait for one that has gone", async () => {
    await createFunction(client, "reads-nothing", TELLS);
    const missing = "arn:aws:kinesis:us-east-1:123456789012:stream/nowhere";
    const refusal = await refusalOf(map("reads-nothing", { EventSourceArn: missing }));
    assert.deepEqual(
      [refusal.name, refusal.message],
      ["InvalidParameterValueException", `Stream not found: ${missing}`],
    );
    const EventSourceArn = await streams.create("comes-and-goes");
    const uuid = await map("reads-nothing", { EventSourceArn });
    await streams.put("comes-and-goes", [["k", "first"]]);
    await events("reads-nothing", 1);
    await streams.remove("comes-and-goes");
    await waitFor("the problem", async () =>
      (await result(uuid)) === "PROBLEM: Event source cannot be read" ? true : undefined,
    );
    await streams.create("comes-and-goes");
    await streams.put("comes-and-goes", [["k", "second"]]);
    const all = await events("reads-nothing", 2);
    assert.deepEqual(dataOf(all), ["first", "second"]);
    await waitFor("the end of the problem", async () => ((await result(uuid)) === "OK" ? true : undefined));
  });
});
