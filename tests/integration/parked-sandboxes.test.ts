/** Sandboxes made ahead: whoever gets one has it as if it had been made for him, and nothing of anybody else. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "without a cgroup to resize nothing is parked";

const LOOK = `
import os, sys
def tried(action):
    try: action(); return "done"
    except OSError as error: return error.strerror
def lambda_handler(event, context):
    if event.get("act") == "hoard": bytearray(200_000_000)
    if event.get("act") == "exit": os._exit(3)
    return {
        "files": sorted(os.listdir("/var/task")), "layers": sorted(os.listdir("/opt")), "tmp": os.listdir("/tmp"),
        "code": tried(lambda: open("/var/task/lambda_function.py", "a")), "layer": tried(lambda: open("/opt/x", "w")),
        "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"], "mine": os.environ.get("MINE"), "cwd": os.getcwd(),
        "words": [name for name in os.environ if name.startswith("_LAMBKIN")],
        "context": [context.function_name, context.memory_limit_in_mb, event.get("act")],
        "processes": len([p for p in os.listdir("/proc") if p.isdigit()]),
    }
`;

/**
 * Of the server with this data folder; nobody else's. Not what starts them, which has the same words in its command line:
 * with it killed, a runtime lives on for a moment and may still begin to answer.
 */
function runtimesThatWait(dataDir: string): number[] {
  const own = `/${path.basename(dataDir)}/parked/`;
  const read = (file: string): string => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      // Gone meanwhile.
      return "";
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/mountinfo`).includes(own))
    .filter((name) => read(`/proc/${name}/cmdline`).includes("\0/var/runtime/bootstrap"))
    .filter((name) => read(`/proc/${name}/comm`) !== "bwrap\n")
    .map(Number);
}

interface Health {
  readonly environments: { readonly parked: number; readonly adopted: number };
}

describe("parked sandboxes", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const counts = async (url = server.url) =>
    ((await (await fetch(`${url}/_lambkin/health`)).json()) as Health).environments;
  const parked = async (url = server.url) => (await counts(url)).parked;
  /** Until at least so many wait. */
  const wait = (least: number) =>
    waitFor(`${least} parked sandboxes`, async () => ((await parked()) >= least ? true : undefined));
  /** Invokes for the first time, in a sandbox that was parked. */
  async function adopted(name: string, event = {}) {
    await wait(1);
    const before = await counts();
    const answer = await invoke(client, name, event);
    assert.equal((await counts()).adopted, before.adopted + 1, "it was not a parked one");
    return answer;
  }

  it("become the function's: its files, its variables, its limits, and nothing else", async () => {
    const ZipFile = zip({ "data.txt": "from the layer" });
    const layer = await client.send(
      new PublishLayerVersionCommand({ LayerName: "data", Content: { ZipFile } }),
    );
    await createFunction(client, "one", zip({ "lambda_function.py": LOOK, "sub/deep/file": "x" }), {
      Layers: [layer.LayerVersionArn ?? ""],
      Environment: { Variables: { MINE: "one's" } },
    });
    const first = (await adopted("one")).payload as Record<string, unknown>;
    assert.deepEqual(first, {
      files: ["lambda_function.py", "sub"],
      layers: ["data.txt"],
      tmp: [],
      code: "Read-only file system",
      layer: "Read-only file system",
      name: "one",
      mine: "one's",
      cwd: "/var/task",
      words: [],
      context: ["one", "128", null],
      processes: 2,
    });
    await createFunction(client, "two", pythonZip(LOOK));
    const second = (await adopted("two")).payload as Record<string, unknown>;
    assert.deepEqual([second["files"], second["layers"], second["mine"]], [["lambda_function.py"], [], null]);
  });

  it("have the memory of the function, less or more than while they waited", async () => {
    await createFunction(client, "small", pythonZip(LOOK), { MemorySize: 128 });
    const { payload } = await adopted("small", { act: "hoard" });
    assert.match(JSON.stringify(payload), /signal: killed/);
    await createFunction(client, "large", pythonZip(LOOK), { MemorySize: 512 });
    assert.equal((await adopted("large", { act: "hoard" })).functionError, undefined);
  });

  it("start again like any other after a crash", async () => {
    await createFunction(client, "crashes", pythonZip(LOOK));
    assert.equal((await adopted("crashes")).functionError, undefined);
    assert.equal((await invoke(client, "crashes", { act: "exit" })).functionError, "Unhandled");
    const { payload } = await invoke(client, "crashes");
    assert.deepEqual((payload as { files: string[] }).files, ["lambda_function.py"]);
  });

  it("wait for Node.js, too", async () => {
    const source = `
const fs = require("node:fs");
exports.handler = async (event, context) => ({
  name: context.functionName, files: fs.readdirSync("/var/task"), mine: process.env.MINE,
  words: Object.keys(process.env).filter((name) => name.startsWith("_LAMBKIN")),
});`;
    let round = 0;
    await waitFor("a parked Node.js", async () => {
      const name = `node-${++round}`;
      const Environment = { Variables: { MINE: "1" } };
      await createFunction(client, name, nodeZip(source), { ...NODE, Environment });
      const before = await counts();
      const { payload } = await invoke(client, name);
      assert.deepEqual(payload, { name, files: ["index.js"], mine: "1", words: [] });
      return (await counts()).adopted > before.adopted ? true : undefined;
    });
  });

  it("are not for functions whose variables an interpreter reads when it starts, or with very many files", async () => {
    await wait(1);
    const before = await counts();
    const source = pythonZip("import sys\ndef lambda_handler(e, c): return sys.flags.optimize");
    const Environment = { Variables: { PYTHONOPTIMIZE: "2" } };
    await createFunction(client, "own-start", source, { Environment });
    assert.equal((await invoke(client, "own-start")).payload, 2);
    assert.equal((await counts()).adopted, before.adopted);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`data/${at}`, "x"]));
    await createFunction(client, "many", zip({ "lambda_function.py": LOOK, ...many }));
    const { payload } = await invoke(client, "many");
    assert.deepEqual((payload as { files: string[] }).files, ["data", "lambda_function.py"]);
  });

  it("are not handed out when they have died while they waited", async () => {
    const modest = await startTestServer({ LAMBKIN_PARKED_MAX: "1" });
    try {
      const there = lambdaClient(modest.url);
      for (const name of ["warms", "later", "at-once"])
        await createFunction(there, name, pythonZip("def lambda_handler(e, c): return c.function_name"));
      const killWaiting = async () => {
        await waitFor("one that waits", async () => (await parked(modest.url)) === 1 || undefined);
        const runtimes = await waitFor("its runtime", () => {
          const found = runtimesThatWait(modest.dataDir);
          return found.length > 0 ? found : undefined;
        });
        for (const processId of runtimes) process.kill(processId, "SIGKILL");
      };
      await killWaiting();
      await waitFor("nothing that waits", async () => (await parked(modest.url)) === 0 || undefined);
      const { adopted: before } = await counts(modest.url);
      assert.equal((await invoke(there, "later")).payload, "later");
      assert.equal((await counts(modest.url)).adopted, before);
      // Before anybody has noticed: whoever gets it has another at once.
      await killWaiting();
      const { payload, functionError } = await invoke(there, "at-once");
      assert.deepEqual([payload, functionError], ["at-once", undefined]);
    } finally {
      await modest.stop();
    }
  });

  it("are more after a burst, never more than allowed, and none is left behind", async () => {
    const modest = await startTestServer({ LAMBKIN_PARKED_MAX: "2" });
    try {
      const there = lambdaClient(modest.url);
      await createFunction(
        there,
        "burst",
        pythonZip("import time\ndef lambda_handler(e, c): time.sleep(0.5)"),
      );
      await Promise.all(Array.from({ length: 6 }, () => invoke(there, "burst")));
      await waitFor("two parked sandboxes", async () =>
        (await parked(modest.url)) === 2 ? true : undefined,
      );
      assert.equal(readdirSync(path.join(modest.dataDir, "parked")).length >= 2, true);
    } finally {
      await modest.stop();
    }
    const without = await startTestServer({ LAMBKIN_PARKED_MAX: "0" });
    try {
      const there = lambdaClient(without.url);
      await createFunction(there, "plain", pythonZip("def lambda_handler(e, c): return 1"));
      assert.equal((await invoke(there, "plain")).payload, 1);
      assert.equal(await parked(without.url), 0);
    } finally {
      await without.stop();
    }
  });
});
