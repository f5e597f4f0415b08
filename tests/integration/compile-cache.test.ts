/** What Node.js makes of a function's modules: kept for the function's next environments, and for nobody else's. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  type LambdaClient,
  PublishLayerVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, zip } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const skip = process.getuid?.() === 0 ? false : "without root nothing is parked, and isolation may be off";

/** The mount forbids it, or in sandboxes with a user of their own the file's owner. */
const SEALED = /^(EROFS|EACCES)$/;

/** Takes processor time when it is loaded: what is loaded in no time gets no cache. */
const SOURCE = `
const fs = require("node:fs"), { getCompileCacheDir } = require("node:module");
const begun = process.cpuUsage();
while (process.cpuUsage(begun).user < 30_000);
require("./part.js");
const tried = (action) => { try { action(); return "done"; } catch (error) { return error.code; } };
const folder = getCompileCacheDir();
exports.handler = async () => ({
  folder,
  files: folder === undefined ? [] : fs.readdirSync(folder),
  change: tried(() => fs.appendFileSync(folder + "/" + fs.readdirSync(folder)[0], "x")),
  add: tried(() => fs.writeFileSync("/var/compiled/x", "x")),
  version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
});`;
const heavy = (files: Record<string, string> = {}): Uint8Array =>
  zip({ "index.js": SOURCE, "part.js": "module.exports = 1;", ...files });

interface Seen {
  readonly folder?: string;
  readonly files: string[];
  readonly change: string;
  readonly add: string;
}

interface Counts {
  readonly parked: number;
  readonly adopted: number;
  readonly compiled: number;
  readonly compiling: number;
}

async function countsOf(url: string): Promise<Counts> {
  const health = (await (await fetch(`${url}/_lambkin/health`)).json()) as { environments: Counts };
  return health.environments;
}

const call = async (client: LambdaClient, name: string): Promise<Seen> =>
  (await invoke(client, name)).payload as Seen;

/** The next call comes to a new environment of the same code. */
async function renew(client: LambdaClient, name: string): Promise<void> {
  await client.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: name, Description: `${Math.random()}` }),
  );
}

/** Calls the function meanwhile: an environment that was frozen too soon after its first response reports after the next. */
async function compiled(client: LambdaClient, name: string, url: string, count: number): Promise<void> {
  await waitFor(`${count} compile caches`, async () => {
    const counts = await countsOf(url);
    if (counts.compiled === count && counts.compiling === 0) return true;
    await call(client, name);
    return undefined;
  });
}

describe("compile cache", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  let caches = 0;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const create = (name: string, code = heavy(), overrides: Partial<CreateFunctionCommandInput> = {}) =>
    createFunction(client, name, code, { ...NODE, ...overrides });
  /** Its first environment has none; afterwards there is one more. */
  async function begin(name: string): Promise<void> {
    const first = await call(client, name);
    assert.deepEqual([first.folder, first.files], [undefined, []], "it begins with somebody else's");
    await compiled(client, name, server.url, ++caches);
  }

  it("is found by the second environment, in a sandbox that was parked, and cannot be changed there", async (t) => {
    if (process.env["LAMBKIN_OCI_RUNTIME"] === "runsc") return t.skip("with gVisor nothing is parked");
    await create("parked");
    await begin("parked");
    const seen = await waitFor("a parked sandbox", async () => {
      await renew(client, "parked");
      const { adopted } = await countsOf(server.url);
      const answer = await call(client, "parked");
      return (await countsOf(server.url)).adopted > adopted ? answer : undefined;
    });
    assert.match(seen.folder ?? "", /^\/var\/compiled\/v\d+/);
    assert.equal(seen.files.length, 2);
    for (const refused of [seen.change, seen.add]) assert.match(refused, SEALED);
  });

  it("is used where a sandbox is made for the function, as Node.js says itself", async () => {
    const Environment = { Variables: { NODE_DEBUG_NATIVE: "COMPILE_CACHE" } };
    await create("made", heavy(), { Environment });
    await begin("made");
    await renew(client, "made");
    assert.match((await call(client, "made")).change, SEALED);
    const logs = logsClient(server.url);
    await waitFor("two accepted modules", async () => {
      const page = await logs.send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/made" }));
      const lines = (page.events ?? []).map((event) => event.message ?? "");
      const accepted = (file: string): boolean =>
        lines.some((line) => line.includes(`/var/task/${file}`) && line.includes("was accepted"));
      return accepted("index.js") && accepted("part.js") ? true : undefined;
    });
  });

  it("begins anew with other code", async () => {
    await create("changing");
    await begin("changing");
    const ZipFile = heavy({ "part.js": "module.exports = 2;" });
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: "changing", ZipFile }));
    await begin("changing");
    await renew(client, "changing");
    assert.equal((await call(client, "changing")).files.length, 2);
  });

  it("is not shared by functions of the same code, nor where layers differ", async () => {
    await create("one", heavy({ "same.txt": "same" }));
    await begin("one");
    await create("other", heavy({ "same.txt": "same" }));
    await begin("other");
    const Content = { ZipFile: zip({ "nodejs/node_modules/x/index.js": "" }) };
    const layer = await client.send(new PublishLayerVersionCommand({ LayerName: "layer", Content }));
    await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "one",
        Layers: [layer.LayerVersionArn ?? ""],
      }),
    );
    await begin("one");
  });

  it("is the function's own where its variables say so, or none", async () => {
    for (const [name, variables, folder] of [
      ["own", { NODE_COMPILE_CACHE: "/tmp/own" }, /^\/tmp\/own\//],
      ["none", { NODE_DISABLE_COMPILE_CACHE: "1" }, /^undefined$/],
    ] as const) {
      await create(name, heavy(), { Environment: { Variables: variables } });
      for (let environment = 0; environment < 2; environment++) {
        assert.match(String((await call(client, name)).folder), folder);
        await renew(client, name);
      }
    }
    assert.deepEqual(await countsOf(server.url).then((counts) => [counts.compiled, counts.compiling]), [
      caches,
      0,
    ]);
  });

  it("takes nothing from a function that speaks for its runtime, and harms nobody", async () => {
    const hostile = `
const fs = require("node:fs");
const frame = (type, body) => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + body.length);
  head[4] = type;
  for (let rest = Buffer.concat([head, body]); rest.length > 0; ) {
    try { rest = rest.subarray(fs.writeSync(3, rest)); } catch (error) { if (error.code !== "EAGAIN") throw error; }
  }
};
const file = (name, content) => frame(12, Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from(content)]));
const lists = {
  garbage: "][", wrong: "[1,2]", long: JSON.stringify(Array(3000).fill("/var/task/index.js")),
  strange: JSON.stringify(["/dev/zero", "/proc/self/mem", "/etc/passwd", "/../../etc/shadow", "/var/task", "/tmp/x"]),
};
exports.handler = async ({ list }) => {
  frame(11, Buffer.from(lists[list]));
  for (let more = 0; more < 50; more++) frame(11, Buffer.from('["/var/task/index.js"]'));
  for (const name of ["../../x", "/etc/x", "v1-a-b/../../x", "v1-a-b/1"]) file(name, "evil");
  for (let at = 0; at < 3000; at++) file("v1-a-b/" + at.toString(16), "evil");
  frame(13, Buffer.alloc(0));
  return list;
};`;
    for (const list of ["garbage", "wrong", "long", "strange"]) {
      const name = `hostile-${list}`;
      await create(name, zip({ "index.js": hostile, "name.txt": name }));
      for (let time = 0; time < 2; time++) {
        assert.equal((await invoke(client, name, { list })).payload, list);
      }
    }
    await waitFor("the last compilation", async () =>
      (await countsOf(server.url)).compiling === 0 ? true : undefined,
    );
    // What a file of the system is to Node.js may be kept; it is the function's own, and only it asks for it.
    const kept = readdirSync(path.join(server.dataDir, "compiled"));
    assert.ok(kept.length <= caches + 1, `${kept}`);
    for (const folder of kept) assert.match(folder, /^[0-9a-f]{64}\.[0-9a-f]{64}\.\d+$/);
    assert.ok(!readdirSync(server.dataDir).includes("x"));
    await renew(client, "changing");
    assert.equal((await call(client, "changing")).files.length, 2);
  });
});

describe("compile cache of a server that ends", { skip }, () => {
  it("is there after it was killed, and goes with the function's code", async () => {
    const dataDir = await temporaryFolder();
    const start = () => spawnServer(dataDir);
    let server = await start();
    try {
      let client = lambdaClient(server.url);
      await createFunction(client, "kept", heavy(), NODE);
      await call(client, "kept");
      await compiled(client, "kept", server.url, 1);
      server.child.kill("SIGKILL");
      await server.exited;
      server = await start();
      client = lambdaClient(server.url);
      assert.equal((await call(client, "kept")).files.length, 2);
      await client.send(new DeleteFunctionCommand({ FunctionName: "kept" }));
      server.child.kill("SIGTERM");
      await server.exited;
      server = await start();
      assert.deepEqual(readdirSync(path.join(dataDir, "compiled")), []);
    } finally {
      server.child.kill("SIGKILL");
      await server.exited;
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
