/** Mappings of streams of a server that is killed while functions have records. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { CreateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { type MotoServer, startMotoServer } from "../../testkit/moto-server.ts";
import { MotoStreams } from "../../testkit/moto-streams.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";

/** Puts what it gets into a FIFO queue, which keeps it in the order in which it came. */
const PASSES_ON = pythonZip(`
import base64, json, os, time, urllib.request, uuid
def text(record):
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode()
    return record["dynamodb"]["Keys"]["id"]["S"]
def lambda_handler(event, context):
    time.sleep(0.05)
    entries = [{"Id": str(at), "MessageBody": text(record), "MessageDeduplicationId": str(uuid.uuid4()),
        "MessageGroupId": text(record).split("-")[0]} for at, record in enumerate(event["Records"])]
    body = {"QueueUrl": os.environ["AWS_ENDPOINT_URL"] + "/000000000000/" + os.environ["RESULTS"], "Entries": entries}
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(body).encode(), {
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessageBatch",
        "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sqs/aws4_request, "
            "SignedHeaders=host, Signature=0"})
    urllib.request.urlopen(request).read()
`);

const KEYS = ["a", "b", "c", "d", "e"];
const OF_KEY = 40;
const BATCH_SIZE = 4;

describe("a mapping of a stream", () => {
  let far: MotoServer;
  let dataDir: string;
  let server: ServerProcess;
  before(async () => {
    far = await startMotoServer();
    dataDir = await temporaryFolder();
    await start();
  });
  after(async () => {
    await kill();
    await far.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    server = await spawnServer(dataDir, {
      LAMBKIN_KINESIS_ENDPOINT_URL: far.url,
      LAMBKIN_DYNAMODB_STREAMS_ENDPOINT_URL: far.url,
    });
  }

  async function kill(): Promise<void> {
    server.child.kill("SIGKILL");
    await server.exited;
  }

  async function map(name: string, EventSourceArn: string, ParallelizationFactor: number): Promise<void> {
    const client = lambdaClient(server.url);
    await sqsClient(server.url).send(
      new CreateQueueCommand({
        QueueName: `${name}.fifo`,
        Attributes: { FifoQueue: "true", VisibilityTimeout: "30" },
      }),
    );
    await createFunction(client, name, PASSES_ON, {
      Environment: { Variables: { RESULTS: `${name}.fifo` } },
    });
    await client.send(
      new CreateEventSourceMappingCommand({
        ...{ FunctionName: name, EventSourceArn, StartingPosition: "TRIM_HORIZON" },
        ...{ BatchSize: BATCH_SIZE, ParallelizationFactor },
      }),
    );
  }

  /** Takes results until all are there; kills the server as often as is said, at even distances. */
  async function resultsThroughKills(name: string, kills: number): Promise<string[]> {
    const results: string[] = [];
    const count = KEYS.length * OF_KEY;
    let killed = 0;
    while (new Set(results).size < count) {
      const sqs = sqsClient(server.url);
      const QueueUrl = `${server.url}/000000000000/${name}.fifo`;
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }),
      );
      assert.ok(Messages.length > 0, `${results.length} results, and no more for twenty seconds`);
      results.push(...Messages.map(({ Body = "" }) => Body));
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      if (killed < kills && new Set(results).size > ((killed + 1) * count) / (kills + 1)) {
        killed++;
        await kill();
        await start();
      }
    }
    assert.equal(killed, kills);
    return results;
  }

  /** The first time that each came, key by key. */
  function assertOrder(results: readonly string[]): void {
    for (const key of KEYS) {
      const first = [...new Set(results.filter((result) => result.startsWith(`${key}-`)))];
      assert.deepEqual(
        first,
        Array.from({ length: OF_KEY }, (_, at) => `${key}-${at}`),
      );
    }
  }

  it("loses no record of Kinesis by kills, keeps the order of each key, and repeats only what was under way", async () => {
    const kinesis = new KinesisClient({
      ...{ endpoint: far.url, region: "us-east-1", requestHandler: new NodeHttpHandler() },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const [shards, factor, kills] = [2, 2, 3];
    await kinesis.send(new CreateStreamCommand({ StreamName: "orders", ShardCount: shards }));
    await map("orders", "arn:aws:kinesis:us-east-1:123456789012:stream/orders", factor);
    const sending = (async () => {
      for (let at = 0; at < OF_KEY; at++) {
        const Records = KEYS.map((key) => ({ PartitionKey: key, Data: Buffer.from(`${key}-${at}`) }));
        await kinesis.send(new PutRecordsCommand({ StreamName: "orders", Records }));
      }
    })();
    const results = await resultsThroughKills("orders", kills);
    await sending;
    kinesis.destroy();
    assertOrder(results);
    const repeated = results.length - KEYS.length * OF_KEY;
    assert.ok(repeated <= kills * shards * factor * BATCH_SIZE, `${repeated} came again`);
  });

  it("loses no change of a table", async () => {
    const streams = new MotoStreams(far.url);
    const arn = await streams.createTable("accounts");
    await map("accounts", arn, 1);
    const sending = (async () => {
      for (let at = 0; at < OF_KEY; at++) {
        for (const key of KEYS) await streams.putItem("accounts", { id: { S: `${key}-${at}` } });
      }
    })();
    const results = await resultsThroughKills("accounts", 2);
    await sending;
    assertOrder(results);
  });
});
