/** What users of other emulators report, under load: wrong code, stale code, hanging calls, leaked environments. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { ENVIRONMENT_LIMITS } from "../../src/config/mod.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, type Invoked, invoke, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const VERSIONS = 4;
const CALLERS = 8;
const CALLS = 1000;

/** Tells which code it is, which version it was started as, and which setting it found. */
const python = (mark: string) =>
  pythonZip(`
import os
def lambda_handler(event, context):
    return ["${mark}", context.function_version, os.environ["MARK"], event["n"]]
`);
const node = (mark: string) =>
  nodeZip(
    `exports.handler = async (event, context) => ["${mark}", context.functionVersion, process.env.MARK, event.n];`,
  );

describe("many calls at once", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const alive = async (): Promise<number> => {
    const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
      environments: { alive: number };
    };
    return health.environments.alive;
  };
  const mark = (text: string) => ({ Environment: { Variables: { MARK: text } } });

  async function change(name: string, code: Uint8Array, text: string): Promise<void> {
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: code }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 20, minDelay: 0.05 }, { FunctionName: name });
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, ...mark(text) }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 20, minDelay: 0.05 }, { FunctionName: name });
  }

  it("run exactly the version that was asked for, while aliases move and $LATEST changes", async () => {
    const functions = [
      { name: "mixed-python", code: python, settings: {} },
      { name: "mixed-node", code: node, settings: NODE },
    ];
    for (const { name, code, settings } of functions) {
      await createFunction(client, name, code("code1"), { ...settings, ...mark("code1"), Publish: true });
      for (let version = 2; version <= VERSIONS; version++) {
        await change(name, code(`code${version}`), `code${version}`);
        await client.send(new PublishVersionCommand({ FunctionName: name }));
      }
      await client.send(new CreateAliasCommand({ FunctionName: name, Name: "moves", FunctionVersion: "1" }));
    }
    let n = 0;
    let isOver = false;
    const call = async (): Promise<void> => {
      for (let own = n++; own < CALLS; own = n++) {
        const { name } = functions[own % 2] as (typeof functions)[0];
        const qualifier = ["$LATEST", "moves", "1", "2", "3", "4"][own % 6] as string;
        const answer = await invoke(client, `${name}:${qualifier}`, { n: own });
        const [code, version, setting, echoed] = answer.payload as [string, string, string, number];
        assert.equal(echoed, own, "another call's answer");
        assert.equal(answer.version, version, "the header names the version that ran");
        if (qualifier === "moves") assert.deepEqual([code, setting], [`code${version}`, `code${version}`]);
        else assert.equal(version, qualifier);
        if (version !== "$LATEST") assert.deepEqual([code, setting], [`code${version}`, `code${version}`]);
      }
    };
    const disturb = async (): Promise<void> => {
      for (let turn = 0; !isOver; turn++) {
        const { name, code } = functions[turn % 2] as (typeof functions)[0];
        const FunctionVersion = String((turn % VERSIONS) + 1);
        await client.send(new UpdateAliasCommand({ FunctionName: name, Name: "moves", FunctionVersion }));
        await change(name, code(`latest${turn}`), `latest${turn}`);
        // Nothing older is served from here on: code and setting are those of this turn.
        const { payload } = await invoke(client, name, { n: -1 });
        assert.deepEqual(payload, [`latest${turn}`, "$LATEST", `latest${turn}`, -1]);
      }
    };
    const disturbing = disturb();
    await Promise.all(Array.from({ length: CALLERS }, call)).finally(() => {
      isOver = true;
    });
    await disturbing;
  });

  it("answer all when twenty come at once, or one after the other, to a function that was never called", async () => {
    for (const [name, code, settings] of [
      ["quick-python", python("q"), {}],
      ["quick-node", node("q"), NODE],
    ] as const) {
      const numbers = Array.from({ length: 20 }, (_, n) => n);
      const number = ({ payload }: Invoked) => (payload as unknown[])[3];
      await createFunction(client, name, code, { ...settings, ...mark("q") });
      const answers = await Promise.all(numbers.map((n) => invoke(client, name, { n })));
      assert.deepEqual(answers.map(number), numbers);
      await createFunction(client, `${name}-in-turn`, code, { ...settings, ...mark("q") });
      for (const n of numbers) assert.equal(number(await invoke(client, `${name}-in-turn`, { n })), n);
    }
  });

  it("get their own answers while the runtimes of others beside them crash", async () => {
    const crashing = pythonZip(`
import ctypes, os, signal
def lambda_handler(event, context):
    if event["act"] == "exit": os._exit(1)
    if event["act"] == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if event["act"] == "fault": ctypes.string_at(0)
    return event["n"]
`);
    await createFunction(client, "crashing", crashing);
    const acts = ["return", "exit", "return", "kill", "return", "fault"];
    for (let round = 0; round < 3; round++) {
      const events = Array.from({ length: 24 }, (_, n) => ({ n, act: acts[n % acts.length] }));
      const answers = await Promise.all(events.map((event) => invoke(client, "crashing", event)));
      for (const { n, act } of events) {
        const { payload, functionError } = answers[n] as Invoked;
        if (act === "return") assert.deepEqual([payload, functionError], [n, undefined]);
        else assert.equal((payload as { errorType: string }).errorType, "Runtime.ExitError", `${act} ${n}`);
      }
    }
  });

  it("leave no environment and no process behind when they time out or crash", async () => {
    const seconds = `60.${process.pid}`;
    const code = pythonZip(`
import os, subprocess, time
def lambda_handler(event, context):
    subprocess.Popen(["sleep", "${seconds}"])
    time.sleep(60) if event["hang"] else os._exit(1)
`);
    await createFunction(client, "leaks", code, { Timeout: 1 });
    const before = await alive();
    const events = Array.from({ length: 10 }, (_, index) => ({ hang: index % 2 === 0 }));
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all(events.map((event) => invoke(client, "leaks", event)));
      assert.ok(answers.every(({ functionError }) => functionError === "Unhandled"));
      await waitFor("their processes to be gone", () => (isRunning(seconds) ? undefined : true));
      // Their places stay, to be started again: the next calls get no further ones.
      assert.ok((await alive()) <= before + events.length, `${await alive()} after ${before}`);
    }
    // They go with the function's next change.
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "leaks", Timeout: 2 }));
    await waitFor("the environments to be gone", async () => ((await alive()) <= before ? true : undefined));
  });
});

describe("a burst of one function", () => {
  it("does not keep another's first call waiting until it is over", async () => {
    // Each call waits for a sandbox of its own.
    const server = await startTestServer({ LAMBKIN_PARKED_MAX: "0" });
    try {
      const client = lambdaClient(server.url);
      // What keeps the cores busy in its init.
      const busy =
        "import time\nwhile time.process_time() < 0.05: pass\ndef lambda_handler(e, c): return 1\n";
      await createFunction(client, "bursts", pythonZip(busy), { Timeout: 60 });
      await createFunction(client, "other", python("o"), { Environment: { Variables: { MARK: "o" } } });
      let answered = 0;
      const calls = 15 * ENVIRONMENT_LIMITS.startsPerCoreMax * Math.min(availableParallelism(), 8);
      const burst = Array.from({ length: calls }, () => invoke(client, "bursts").then(() => answered++));
      await waitFor("the burst to begin", () => (answered > 0 ? true : undefined));
      const { payload } = await invoke(client, "other", { n: 1 });
      assert.deepEqual(payload, ["o", "$LATEST", "o", 1]);
      assert.ok(answered < calls / 2, `${answered} of ${calls} were answered before`);
      await Promise.all(burst);
    } finally {
      await server.stop();
    }
  });
});

/** Whether a `sleep` of so long runs anywhere on this machine. */
function isRunning(seconds: string): boolean {
  return readdirSync("/proc").some((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, "utf8") === `sleep\0${seconds}\0`;
    } catch {
      // No process, or gone meanwhile.
      return false;
    }
  });
}
