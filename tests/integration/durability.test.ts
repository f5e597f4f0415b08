/** What a server keeps when it is stopped or killed, and how it starts, refuses to start, and stops. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteFunctionCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const CODE = pythonZip(`
import time
def lambda_handler(event, context):
    print("ran", event.get("n"))
    time.sleep(event.get("seconds", 0))
    return event
`);

describe("a server's life", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await temporaryFolder();
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  it("killed at any time, it has every function after the next start, and they run", async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 5; round++) {
      const server = await spawnServer(dataDir);
      const client = lambdaClient(server.url);
      for (const name of acknowledged) {
        assert.deepEqual((await invoke(client, name, { n: round })).payload, { n: round });
      }
      const work = (async () => {
        for (let index = 0; ; index++) {
          const name = `round-${round}-${index}`;
          await createFunction(client, name, pythonZip(`N = ${index}\ndef lambda_handler(e, c): return e`));
          acknowledged.push(name);
          await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, MemorySize: 200 }));
        }
      })().catch(() => undefined);
      // Not at a chosen point: wherever the server happens to be when so many were acknowledged.
      await waitFor("some functions", () => (acknowledged.length >= (round + 1) * 3 ? true : undefined));
      server.child.kill("SIGKILL");
      await Promise.all([server.exited, work]);
    }
    const server = await spawnServer(dataDir);
    const listed = await lambdaClient(server.url).send(new ListFunctionsCommand({}));
    const names = new Set(listed.Functions?.map((found) => found.FunctionName));
    for (const name of acknowledged) assert.ok(names.has(name), `${name} is lost`);
    server.child.kill("SIGKILL");
    await server.exited;
  });

  it("keeps reservations, deletions and logs over a kill", async () => {
    const first = await spawnServer(dataDir);
    let client = lambdaClient(first.url);
    await createFunction(client, "kept", CODE);
    await createFunction(client, "dropped", CODE);
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "kept", ReservedConcurrentExecutions: 1 }),
    );
    await client.send(new DeleteFunctionCommand({ FunctionName: "dropped" }));
    const { requestId } = await invoke(client, "kept", { n: 1 });
    await logsClient(first.url).send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/kept" }));
    first.child.kill("SIGKILL");
    await first.exited;
    const second = await spawnServer(dataDir);
    client = lambdaClient(second.url);
    const concurrency = await client.send(new GetFunctionConcurrencyCommand({ FunctionName: "kept" }));
    assert.equal(concurrency.ReservedConcurrentExecutions, 1);
    const both = await Promise.allSettled([
      invoke(client, "kept", { seconds: 0.5 }),
      invoke(client, "kept", { seconds: 0.5 }),
    ]);
    assert.equal(both.filter((result) => result.status === "rejected").length, 1);
    await assert.rejects(invoke(client, "dropped"), /Function not found/);
    const page = await logsClient(second.url).send(
      new FilterLogEventsCommand({
        logGroupName: "/aws/lambda/kept",
        filterPattern: `"END RequestId: ${requestId}"`,
      }),
    );
    assert.equal(page.events?.length, 1);
    second.child.kill("SIGKILL");
    await second.exited;
  });

  it("runs an event that it accepted before it was killed", async () => {
    const first = await spawnServer(dataDir);
    const client = lambdaClient(first.url);
    await createFunction(client, "accepted", CODE);
    const accepted = await client.send(
      new InvokeCommand({
        FunctionName: "accepted",
        InvocationType: "Event",
        Payload: '{"n": "survivor", "seconds": 5}',
      }),
    );
    assert.equal(accepted.StatusCode, 202);
    first.child.kill("SIGKILL");
    await first.exited;
    const second = await spawnServer(dataDir);
    await waitFor("the event to run", async () => {
      const page = await logsClient(second.url)
        .send(
          new FilterLogEventsCommand({
            logGroupName: "/aws/lambda/accepted",
            filterPattern: '"ran survivor"',
          }),
        )
        .catch(() => undefined);
      return page?.events?.[0];
    });
    second.child.kill("SIGKILL");
    await second.exited;
  });

  it("runs an event again that a stop interrupted, without using up an attempt", async () => {
    const first = await spawnServer(dataDir);
    const client = lambdaClient(first.url);
    await createFunction(client, "interrupted", CODE);
    await client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: "interrupted", MaximumRetryAttempts: 0 }),
    );
    await client.send(
      new InvokeCommand({
        FunctionName: "interrupted",
        InvocationType: "Event",
        Payload: '{"n": "twice", "seconds": 5}',
      }),
    );
    const runs = async (url: string) => {
      const page = await logsClient(url)
        .send(
          new FilterLogEventsCommand({
            logGroupName: "/aws/lambda/interrupted",
            filterPattern: '"ran twice"',
          }),
        )
        .catch(() => undefined);
      return page?.events?.length ?? 0;
    };
    await waitFor("the first run", async () => ((await runs(first.url)) === 1 ? true : undefined));
    first.child.kill("SIGTERM");
    assert.equal(await first.exited, 0);
    const second = await spawnServer(dataDir);
    await waitFor("the second run", async () => ((await runs(second.url)) === 2 ? true : undefined));
    second.child.kill("SIGKILL");
    await second.exited;
  });

  it("leaves no process of a function behind when it is killed", async () => {
    const server = await spawnServer(dataDir);
    const client = lambdaClient(server.url);
    const marker = `marker-${process.pid}-${Date.now()}`;
    await createFunction(client, marker, CODE);
    const call = invoke(client, marker, { seconds: 600 }).catch(() => undefined);
    await waitFor("the function to run", () => (processesOf(marker).length > 0 ? true : undefined));
    server.child.kill("SIGKILL");
    await Promise.all([server.exited, call]);
    await waitFor("its processes to end", () => (processesOf(marker).length === 0 ? true : undefined));
  });

  it("on SIGTERM answers what is in flight, then ends with 0", async () => {
    const server = await spawnServer(dataDir);
    const client = lambdaClient(server.url);
    await createFunction(client, "in-flight", CODE);
    await invoke(client, "in-flight");
    const call = invoke(client, "in-flight", { seconds: 1, n: 9 });
    await waitFor("the call to be running", async () => {
      const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        environments: { alive: number; idle: number };
      };
      return health.environments.alive > health.environments.idle ? true : undefined;
    });
    server.child.kill("SIGTERM");
    assert.deepEqual((await call).payload, { seconds: 1, n: 9 });
    assert.equal(await server.exited, 0);
    await assert.rejects(fetch(server.url));
  });

  it("says in one line why it will not start", async () => {
    const server = await spawnServer(dataDir);
    const port = new URL(server.url).port;
    for (const [settings, reason] of [
      [{ LAMBKIN_HOST: "0.0.0.0" }, /LAMBKIN_HOST=0\.0\.0\.0 is not a loopback address/],
      [{ LAMBKIN_PORT: "http" }, /LAMBKIN_PORT must be a whole number/],
      [{ LAMBKIN_ISOLATION: "magic" }, /LAMBKIN_ISOLATION must be one of/],
      [{ LAMBKIN_AUTH: "iam" }, /LAMBKIN_AUTH=iam is not built yet/],
      [{ LAMBKIN_PORT: port, LAMBKIN_DATA_DIR: `${dataDir}/other` }, /EADDRINUSE|in use/],
    ] as const) {
      await assert.rejects(spawnServer(dataDir, settings), (error: Error) => {
        assert.match(error.message, reason);
        assert.match(error.message, /ended with 1/);
        return true;
      });
    }
    server.child.kill("SIGKILL");
    await server.exited;
  });
});

/** Ids of the processes that carry a function's name in their environment. */
function processesOf(functionName: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").includes(
        `AWS_LAMBDA_FUNCTION_NAME=${functionName}\0`,
      );
    } catch {
      // No process, or gone while we looked.
      return false;
    }
  });
}
