/** Mappings of streams of a server that is killed while functions have records. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { CreateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { type MotoServer, startMotoServer } from "../../testkit/moto-server.ts";
import { MotoStreams } from "../../testkit/moto-streams.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import {
  assertInOrder,
  createPassingOn,
  type StreamResult,
  takeResults,
} from "../../testkit/stream-results.ts";

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
    await createPassingOn(client, sqsClient(server.url), name);
    await client.send(
      new CreateEventSourceMappingCommand({
        ...{ FunctionName: name, EventSourceArn, StartingPosition: "TRIM_HORIZON" },
        ...{ BatchSize: BATCH_SIZE, ParallelizationFactor },
      }),
    );
  }

  /** Takes results until all are there; kills the server as often as is said, at even distances. */
  async function resultsThroughKills(name: string, kills: number): Promise<StreamResult[]> {
    const results: StreamResult[] = [];
    const count = KEYS.length * OF_KEY;
    const distinct = () => new Set(results.map(({ text }) => text)).size;
    let killed = 0;
    while (distinct() < count) {
      results.push(...(await takeResults(sqsClient(server.url), server.url, name)));
      if (killed < kills && distinct() > ((killed + 1) * count) / (kills + 1)) {
        killed++;
        await kill();
        await start();
      }
    }
    assert.equal(killed, kills);
    return results;
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
    assertInOrder(results, KEYS, OF_KEY);
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
    assertInOrder(results, KEYS, OF_KEY);
  });
});
