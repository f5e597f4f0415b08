/** The live picture of the execution environments, as programs read it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import type { EnvironmentsAnswer } from "../../src/product/mod.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const WAITING = pythonZip(`
import os, time
def lambda_handler(event, context):
    time.sleep(event["seconds"])
    return os.getpid()
`);

describe("the live picture of environments", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "limited", WAITING, { Timeout: 30 });
    const limit = { FunctionName: "limited", ReservedConcurrentExecutions: 2 };
    await client.send(new PutFunctionConcurrencyCommand(limit));
  });
  after(() => server.stop());

  async function list(): Promise<EnvironmentsAnswer> {
    const response = await fetch(`${server.url}/_lambkin/environments`);
    assert.equal(response.status, 200);
    return (await response.json()) as EnvironmentsAnswer;
  }

  it("shows ten calls that meet a limit of two", { timeout: 60_000 }, async () => {
    const seen = stream(server.url);
    const calls = Array.from({ length: 10 }, () =>
      invoke(client, "limited", { seconds: 1 }).catch(() => "refused"),
    );
    const full = await seen.until(
      ({ environments, functions }) =>
        environments.filter(({ state }) => state === "busy").length === 2 &&
        functions.some(({ throttles }) => throttles >= 8),
    );
    const limited = full.functions.find(({ functionName }) => functionName === "limited");
    assert.equal(limited?.inFlight, 2);
    assert.equal(limited.reserved, 2);
    for (const { requestId, functionName, version, memoryMib, logGroup } of full.environments) {
      assert.match(requestId ?? "", /^[0-9a-f-]{36}$/);
      assert.deepEqual([functionName, version, memoryMib], ["limited", "$LATEST", 128]);
      assert.equal(logGroup, "/aws/lambda/limited");
    }
    await Promise.all(calls);
    const quiet = await seen.until(({ environments }) =>
      environments.every(({ state }) => state === "frozen"),
    );
    await seen.end();
    assert.equal(quiet.environments.length, 2);
    for (const each of quiet.environments) {
      assert.equal(each.invocations, 1);
      assert.equal(each.requestId, undefined);
      assert.ok(each.peakMemoryBytes > 1_000_000);
      assert.ok(each.stateSinceMs >= each.createdAtMs && Math.abs(Date.now() - each.createdAtMs) < 60_000);
    }
    assert.deepEqual(
      (await list()).environments.map(({ id }) => id),
      quiet.environments.map(({ id }) => id),
    );
  });

  it("ends its streams with the server", async () => {
    const other = await startTestServer();
    const seen = stream(other.url);
    await seen.until(() => true);
    await other.stop();
    await seen.ended;
  });
});

/** Reads server-sent events. */
function stream(url: string) {
  const leave = new AbortController();
  const listeners = new Set<(answer: EnvironmentsAnswer) => void>();
  let last: EnvironmentsAnswer | undefined;
  const ended = (async () => {
    const response = await fetch(`${url}/_lambkin/environments/stream`, { signal: leave.signal });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    let text = "";
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const parts = text.split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) {
        if (!part.startsWith("data: ")) continue;
        last = JSON.parse(part.slice(6)) as EnvironmentsAnswer;
        for (const listener of listeners) listener(last);
      }
    }
  })().catch((error: unknown) => {
    if (!leave.signal.aborted) throw error;
  });
  return {
    ended,
    until: (holds: (answer: EnvironmentsAnswer) => boolean) =>
      new Promise<EnvironmentsAnswer>((resolve) => {
        const listener = (answer: EnvironmentsAnswer): void => {
          if (!holds(answer)) return;
          listeners.delete(listener);
          resolve(answer);
        };
        listeners.add(listener);
        if (last !== undefined) listener(last);
      }),
    async end() {
      leave.abort();
      await ended;
    },
  };
}
