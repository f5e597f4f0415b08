/** The life of an execution environment: frozen while idle, reset after a failure, bounded in what it may use. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;

interface Health {
  readonly weaknesses: string[];
  readonly environments: { readonly alive: number; readonly frozen: number };
}

describe("execution environments", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const health = async () => (await (await fetch(`${server.url}/_lambkin/health`)).json()) as Health;

  const allFrozen = () =>
    waitFor("every idle environment to be frozen", async () => {
      const { environments } = await health();
      return environments.frozen === environments.alive ? true : undefined;
    });

  it("stand still between invocations: threads stop, and go on with the next", async (test) => {
    if ((await health()).weaknesses.some((weakness) => weakness.includes("not frozen"))) {
      test.skip("no freezer can be written here");
      return;
    }
    const code = pythonZip(`
import threading, time
gaps = [0.0]
def tick():
    last = time.monotonic()
    while True:
        time.sleep(0.001)
        now = time.monotonic()
        gaps.append(now - last)
        last = now
threading.Thread(target=tick, daemon=True).start()
def lambda_handler(event, context):
    time.sleep(0.02)
    longest = max(gaps)
    gaps.clear()
    return [len(gaps), longest]
`);
    await createFunction(client, "ticking", code);
    await invoke(client, "ticking");
    await allFrozen();
    const frozenAtMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const stoodStillMs = performance.now() - frozenAtMs;
    const [, longest] = (await invoke(client, "ticking")).payload as [number, number];
    assert.ok(longest * 1000 >= stoodStillMs, `the thread stood still for ${longest} s only`);
  });

  it("keep /tmp and the log stream through a timeout, but no memory", async () => {
    const code = pythonZip(`
import os, time
state = []
def lambda_handler(event, context):
    state.append(1)
    seen = os.path.exists("/tmp/kept")
    open("/tmp/kept", "w").close()
    if event.get("act") == "hang": time.sleep(60)
    if event.get("act") == "exit": os._exit(3)
    return [len(state), seen, context.log_stream_name]
`);
    await createFunction(client, "reset", code, { Timeout: 1 });
    const first = (await invoke(client, "reset")).payload as [number, boolean, string];
    assert.deepEqual(first.slice(0, 2), [1, false]);
    for (const act of ["hang", "exit"]) {
      assert.equal((await invoke(client, "reset", { act })).functionError, "Unhandled");
      const { payload, log } = await invoke(client, "reset");
      assert.deepEqual(payload, [1, true, first[2]]);
      assert.doesNotMatch(log, /Init Duration/);
    }
    assert.deepEqual((await invoke(client, "reset")).payload, [2, true, first[2]]);
  });

  it("have a /tmp of the size that was asked for", {
    skip: isRoot ? false : "only root can mount it",
  }, async () => {
    const code = pythonZip(`
import os
def lambda_handler(event, context):
    written = 0
    try:
        with open("/tmp/large", "wb") as file:
            while written < event["mebibytes"] + 100:
                file.write(bytes(1024 * 1024))
                written += 1
    except OSError as error:
        return [error.strerror, written]
    finally:
        os.remove("/tmp/large")
    return ["no end", written]
`);
    for (const [name, mebibytes] of [
      ["usual", 512],
      ["larger", 600],
    ] as const) {
      await createFunction(client, name, code, { EphemeralStorage: { Size: mebibytes }, Timeout: 60 });
      const [why, written] = (await invoke(client, name, { mebibytes })).payload as [string, number];
      assert.equal(why, "No space left on device");
      assert.ok(written >= mebibytes * 0.98 && written <= mebibytes * 1.05, `${written} MiB fitted`);
    }
  });

  it("run no more processes than AWS allows, and live on", async (test) => {
    if ((await health()).weaknesses.some((weakness) => /processes.*not limited/.test(weakness))) {
      test.skip("no pids cgroup can be written here");
      return;
    }
    const code = pythonZip(`
import os, signal
def lambda_handler(event, context):
    children = []
    try:
        while len(children) < 3000:
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    except OSError as error:
        return [error.strerror, len(children)]
    finally:
        for child in children: os.kill(child, signal.SIGKILL)
        for child in children: os.waitpid(child, 0)
    return ["no end", len(children)]
`);
    await createFunction(client, "forks", code, { MemorySize: 2048, Timeout: 60 });
    for (const _round of [1, 2]) {
      const [why, count] = (await invoke(client, "forks")).payload as [string, number];
      assert.equal(why, "Resource temporarily unavailable");
      assert.ok(count > 900 && count < 1024, `${count} processes`);
    }
  });

  it("are replaced at their maximum age, between two invocations", async () => {
    const brief = await startTestServer({ LAMBKIN_MAX_AGE_SECONDS: "1" });
    try {
      const there = lambdaClient(brief.url);
      const source = "def lambda_handler(event, context): return context.log_stream_name";
      await createFunction(there, "aging", pythonZip(source));
      const first = (await invoke(there, "aging")).payload;
      assert.equal((await invoke(there, "aging")).payload, first);
      await waitFor("another environment", async () =>
        (await invoke(there, "aging")).payload === first ? undefined : true,
      );
    } finally {
      await brief.stop();
    }
  });

  it("end, the least recently used first, when they hold more memory together than they may", async () => {
    const tight = await startTestServer({ LAMBKIN_IDLE_MEMORY_MB: "150" });
    try {
      const there = lambdaClient(tight.url);
      const source =
        "kept = b'x' * 60_000_000\ndef lambda_handler(event, context): return context.log_stream_name";
      const names = ["first", "second", "third"];
      for (const name of names) await createFunction(there, name, pythonZip(source));
      const streams = [];
      for (const name of names) streams.push((await invoke(there, name)).payload);
      // Two of them fit; the third call pushed the first one out.
      assert.equal((await invoke(there, "third")).payload, streams[2]);
      assert.equal((await invoke(there, "second")).payload, streams[1]);
      assert.notEqual((await invoke(there, "first")).payload, streams[0]);
    } finally {
      await tight.stop();
    }
  });

  it("get a share of the CPU by their memory", async (test) => {
    const groups = () => globSync(`/sys/fs/cgroup/cpu/lambkin-${process.pid}-*/*/cpu.shares`);
    await createFunction(client, "share", pythonZip("def lambda_handler(e, c): return 1"), {
      MemorySize: 1769,
    });
    await invoke(client, "share");
    if (groups().length === 0) {
      test.skip("no v1 cpu cgroup to look at");
      return;
    }
    const shares = groups().map((file) => Number(readFileSync(file, "utf8")));
    assert.ok(shares.includes(1024), `one full core is among ${shares.join(", ")}`);
    assert.ok(shares.includes(74), `128 MB are among ${shares.join(", ")}`);
  });
});
