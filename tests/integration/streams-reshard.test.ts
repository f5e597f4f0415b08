/** A stream whose shards are split and merged while a mapping reads it and its server is killed. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it, type TestContext } from "node:test";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { CreateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { type Kinesalite, startKinesalite } from "../../testkit/kinesalite.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import {
  assertInOrder,
  createPassingOn,
  type StreamResult,
  takeResults,
} from "../../testkit/stream-results.ts";
import { waitFor } from "../../testkit/wait.ts";

const StreamName = "orders";
const KEYS = ["a", "b", "c", "d", "e", "f", "g", "h"];
const OF_ROUND = 5;

describe("a mapping of a stream that is resharded", () => {
  let far: Kinesalite | string;
  let dataDir: string;
  let server: ServerProcess | undefined;
  let kinesis: KinesisClient;
  let sent = 0;
  before(async () => {
    far = await startKinesalite();
    dataDir = await temporaryFolder();
  });
  after(async () => {
    await kill();
    if (typeof far !== "string") await far.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function kill(): Promise<void> {
    server?.child.kill("SIGKILL");
    await server?.exited;
  }

  async function start(url: string): Promise<ServerProcess> {
    server = await spawnServer(dataDir, { LAMBKIN_KINESIS_ENDPOINT_URL: url });
    return server;
  }

  const active = () =>
    waitFor("an active stream", async () => {
      const { StreamDescriptionSummary } = await kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName }),
      );
      return StreamDescriptionSummary?.StreamStatus === "ACTIVE" ? true : undefined;
    });

  async function put(): Promise<void> {
    for (let round = 0; round < OF_ROUND; round++, sent++) {
      const Records = KEYS.map((key) => ({ PartitionKey: key, Data: Buffer.from(`${key}-${sent}`) }));
      await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    }
  }

  it("gets every record, those of a key in order, from all of its shards", async (t: TestContext) => {
    if (typeof far === "string") {
      t.skip(far);
      return;
    }
    kinesis = new KinesisClient({
      ...{ endpoint: far.url, region: "us-east-1", requestHandler: new NodeHttpHandler() },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await active();
    await put();
    let { url } = await start(far.url);
    await createPassingOn(lambdaClient(url), sqsClient(url), "reads");
    await lambdaClient(url).send(
      new CreateEventSourceMappingCommand({
        ...{
          FunctionName: "reads",
          EventSourceArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`,
        },
        ...{ StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: new Date(Date.now() - 3_600_000) },
        BatchSize: 3,
      }),
    );
    const shard = (number: number) => `shardId-00000000000${number}`;
    const NewStartingHashKey = String(2n ** 127n);
    await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: shard(0), NewStartingHashKey }));
    await active();
    await put();
    const results: StreamResult[] = [];
    while (results.every(({ shardId }) => shardId === shard(0))) {
      results.push(...(await takeResults(sqsClient(url), url, "reads")));
    }
    await kill();
    const merge = { ShardToMerge: shard(1), AdjacentShardToMerge: shard(2) };
    await kinesis.send(new MergeShardsCommand({ StreamName, ...merge }));
    await active();
    await put();
    ({ url } = await start(far.url));
    while (new Set(results.map(({ text }) => text)).size < KEYS.length * sent) {
      results.push(...(await takeResults(sqsClient(url), url, "reads")));
    }
    kinesis.destroy();
    assertInOrder(results, KEYS, sent);
    assert.deepEqual([...new Set(results.map(({ shardId }) => shardId))].sort(), [0, 1, 2, 3].map(shard));
  });
});
