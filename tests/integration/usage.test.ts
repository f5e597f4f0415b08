/** Pay per use: what real functions used, as the server tells it, and what survives it. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import {
  DeleteProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type LambdaClient,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const HELLO = pythonZip("def lambda_handler(event, context):\n    return 'hello'\n");

interface Cost {
  readonly requests: number;
  readonly compute: number;
  readonly streaming: number;
  readonly provisionedConcurrency: number;
  readonly total: number;
}
interface Day {
  readonly day: string;
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly version: string;
  readonly architecture: string;
  readonly invocations: number;
  readonly requests: number;
  readonly billedMs: number;
  readonly initMs: number;
  readonly gbSeconds: number;
  readonly streamedGb: number;
  readonly provisionedConcurrencyGbSeconds: number;
  readonly cost: Cost;
}
interface Usage {
  readonly currency: string;
  readonly prices: { readonly source: string; readonly date: string };
  readonly days: readonly Day[];
  readonly total: {
    readonly requests: number;
    readonly gbSeconds: number;
    readonly cost: Cost;
    readonly freeTier: { readonly requests: number; readonly saved: number };
    readonly costAfterFreeTier: number;
  };
}

async function usageOf(url: string, query = ""): Promise<Usage> {
  const answer = await fetch(`${url}/_lambkin/usage${query}`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Usage;
}

/** Of the REPORT line, summed up. */
function billedIn(logs: readonly string[]): { readonly billedMs: number; readonly initMs: number } {
  const sum = (pattern: RegExp): number =>
    logs.reduce((total, log) => total + Math.ceil(Number(pattern.exec(log)?.[1] ?? 0)), 0);
  return { billedMs: sum(/Billed Duration: (\d+) ms/), initMs: sum(/Init Duration: ([\d.]+) ms/) };
}

describe("what functions used", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const dayOf = async (functionName: string, version = "$LATEST"): Promise<Day | undefined> =>
    (await usageOf(server.url, `?function=${functionName}`)).days.find((day) => day.version === version);

  it("is what their REPORT lines bill, init included, and has its price", async () => {
    await createFunction(client, "hello", HELLO, { MemorySize: 512 });
    const logs: string[] = [];
    for (let call = 0; call < 3; call++) logs.push((await invoke(client, "hello")).log);
    const usage = await usageOf(server.url, "?function=hello");
    const [day] = usage.days;
    assert.ok(day && usage.days.length === 1);
    const { billedMs, initMs } = billedIn(logs);
    assert.ok(initMs > 0);
    const [accountId, region] = ["000000000000", "us-east-1"];
    const architecture = process.arch === "arm64" ? "arm64" : "x86_64";
    assert.equal(day.day, new Date().toISOString().slice(0, 10));
    assert.deepEqual(
      { ...day, day: "", cost: undefined },
      {
        ...{ day: "", accountId, region, functionName: "hello", version: "$LATEST", architecture },
        ...{ invocations: 3, requests: 3, billedMs, initMs, gbSeconds: billedMs / 2000 },
        ...{ provisionedConcurrencyGbSeconds: 0, ephemeralStorageGbSeconds: 0, streamedGb: 0, restoredGb: 0 },
        cost: undefined,
      },
    );
    assert.equal(day.cost.requests, 0.0000006);
    const price = architecture === "arm64" ? 0.0000133334 : 0.0000166667;
    assert.ok(Math.abs(day.cost.compute - (billedMs / 2000) * price) < 1e-9);
    assert.equal(usage.currency, "USD");
    assert.match(usage.prices.date, /^\d{4}-\d\d-\d\d$/);
    assert.equal(usage.total.freeTier.requests, 3);
    assert.ok(usage.total.cost.total > 0);
    assert.equal(usage.total.costAfterFreeTier, 0);
  });

  it("is told apart by version, account and region", async () => {
    const { Version } = await client.send(new PublishVersionCommand({ FunctionName: "hello" }));
    await invoke(client, "hello", {}, { Qualifier: Version });
    assert.equal((await dayOf("hello", Version))?.requests, 1);
    const elsewhere = lambdaClient(server.url, { accessKeyId: "111111111111", region: "eu-west-1" });
    await createFunction(elsewhere, "hello", HELLO);
    await invoke(elsewhere, "hello");
    const ofAccount = await usageOf(server.url, "?account=111111111111&region=eu-west-1");
    assert.deepEqual(
      ofAccount.days.map(({ accountId, region, requests }) => [accountId, region, requests]),
      [["111111111111", "eu-west-1", 1]],
    );
    assert.deepEqual((await usageOf(server.url, "?account=111111111111&region=us-east-1")).days, []);
  });

  it("counts a failed call as a call, an init that fails in full, and a throttled call not at all", async () => {
    await createFunction(
      client,
      "fails",
      pythonZip("import time\ntime.sleep(0.2)\nraise ValueError('no')\n"),
    );
    const { functionError } = await invoke(client, "fails");
    assert.equal(functionError, "Unhandled");
    const day = await dayOf("fails");
    assert.equal(day?.requests, 1);
    // The init phase, and once more inside the invocation.
    assert.ok(Number(day?.billedMs) >= 400, String(day?.billedMs));
  });

  it("counts a large event as several requests", async () => {
    await createFunction(client, "event", HELLO);
    const Payload = JSON.stringify("x".repeat(400 * 1024));
    await client.send(new InvokeCommand({ FunctionName: "event", InvocationType: "Event", Payload }));
    const day = await waitFor("the event's run", () => dayOf("event"));
    // 256 KB, and three more pieces of 64 KB.
    assert.deepEqual([day.invocations, day.requests], [1, 4]);
  });

  it("counts streamed bytes above 6 MB", async () => {
    const source = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      for (let piece = 0; piece < 8; piece++) stream.write(Buffer.alloc(1048576, 97));
      stream.end();
    });`;
    await createFunction(client, "streams", nodeZip(source), NODE);
    const { EventStream = [] } = await client.send(
      new InvokeWithResponseStreamCommand({ FunctionName: "streams" }),
    );
    let bytes = 0;
    for await (const { PayloadChunk } of EventStream) bytes += PayloadChunk?.Payload?.length ?? 0;
    assert.equal(bytes, 8 * 1024 * 1024);
    const day = await waitFor("the report", () => dayOf("streams"));
    assert.equal(day.streamedGb, 2 / 1024);
    assert.equal(day.cost.streaming, 0.000015625);
  });

  it("counts environments that are provisioned, whether they are called or not", async () => {
    await createFunction(client, "ready", HELLO, { MemorySize: 1024 });
    const { Version: Qualifier = "" } = await client.send(
      new PublishVersionCommand({ FunctionName: "ready" }),
    );
    const provision = { FunctionName: "ready", Qualifier };
    await client.send(
      new PutProvisionedConcurrencyConfigCommand({ ...provision, ProvisionedConcurrentExecutions: 2 }),
    );
    await client.send(new DeleteProvisionedConcurrencyConfigCommand(provision));
    const day = await waitFor("the inits", async () => {
      const found = await dayOf("ready", Qualifier);
      return found !== undefined && found.initMs > 0 ? found : undefined;
    });
    assert.deepEqual([day.provisionedConcurrencyGbSeconds, day.requests], [600, 0]);
    assert.equal(day.cost.provisionedConcurrency, process.arch === "arm64" ? 0.00200004 : 0.00250002);
  });

  it("comes as CSV, too, with the same numbers", async () => {
    const answer = await fetch(`${server.url}/_lambkin/usage?function=hello&format=csv`);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/csv/);
    assert.match(answer.headers.get("content-disposition") ?? "", /filename="lambkin-usage-.*\.csv"/);
    const [head = "", ...rows] = (await answer.text()).trimEnd().split("\r\n");
    const columns = head.split(",");
    const { days } = await usageOf(server.url, "?function=hello");
    assert.equal(rows.length, days.length);
    const cell = (row: string, name: string) => row.split(",")[columns.indexOf(name)];
    for (const [index, row] of rows.entries()) {
      assert.equal(row.split(",").length, columns.length);
      assert.equal(cell(row, "function"), "hello");
      assert.equal(cell(row, "billed_ms"), String(days[index]?.billedMs));
      assert.equal(Number(cell(row, "cost_total_usd")), days[index]?.cost.total);
    }
  });

  it("is refused with a sentence when it is asked for wrongly", async () => {
    const answer = await fetch(`${server.url}/_lambkin/usage?from=2026-02-30`);
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), { message: '"from" names no day of the calendar: 2026-02-30.' });
  });
});

describe("a server that is killed", () => {
  it("knows what was used until a second before", async () => {
    const dataDir = await temporaryFolder();
    let server = await spawnServer(dataDir);
    try {
      const client = lambdaClient(server.url);
      await createFunction(client, "kept", HELLO);
      await invoke(client, "kept");
      const file = path.join(dataDir, "usage.db");
      await waitFor("the line on disk", () => {
        const db = new DatabaseSync(file, { readOnly: true });
        const row = db.prepare("SELECT requests FROM usage").get();
        db.close();
        return row;
      });
      server.child.kill("SIGKILL");
      await server.exited;
      server = await spawnServer(dataDir);
      assert.equal((await usageOf(server.url)).total.requests, 1);
    } finally {
      server.child.kill("SIGTERM");
      await server.exited;
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
