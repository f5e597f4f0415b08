/** Sandboxes made by OCI runtimes: what the bubblewrap tests promise in short, with each runtime that is installed. */
import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { extensionLayer, inLog } from "../../testkit/extensions.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip, zip } from "../../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { runInside } from "../../testkit/tunnel.ts";
import { waitFor } from "../../testkit/wait.ts";

const LOOK = pythonZip(`
import os, urllib.request
def tried(action):
    try: action(); return "done"
    except OSError as error: return error.strerror
def lambda_handler(event, context):
    url = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/look"
    return {
        "uid": os.getuid(),
        "seen": os.path.exists(event["dataDir"]),
        "code": tried(lambda: open("/var/task/x", "w")),
        "kernel": tried(lambda: open("/proc/sys/kernel/core_pattern", "w")),
        "tmp": tried(lambda: open("/tmp/x", "w").close()),
        "processes": len([p for p in os.listdir("/proc") if p.isdigit()]) < 6,
        "endpoint": urllib.request.urlopen(url, timeout=5).status,
    }
`);

for (const runtime of ["crun", "runc", "runsc"]) {
  const isThere = ["/usr/bin", "/usr/sbin", "/usr/local/bin"].some((place) =>
    existsSync(`${place}/${runtime}`),
  );
  const skip = process.getuid?.() !== 0 ? "it takes root" : isThere ? false : `${runtime} is not installed`;
  describe(`with ${runtime}`, { skip }, () => {
    const settings = { LAMBKIN_ISOLATION: "oci", LAMBKIN_OCI_RUNTIME: runtime };
    let dataDir: string;
    let server: ServerProcess;
    let client: LambdaClient;
    before(async () => {
      dataDir = await temporaryFolder();
      server = await spawnServer(dataDir, settings);
      client = lambdaClient(server.url);
    });
    after(async () => {
      server.child.kill("SIGTERM");
      await server.exited;
      await rm(dataDir, { recursive: true, force: true });
    });

    it("lets people in as the guest, or says why not", async () => {
      const status = "grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)' /proc/self/status";
      const code = `import subprocess\ndef lambda_handler(e, c): return subprocess.getoutput("${status}") + "\\n"`;
      await createFunction(client, "entered", pythonZip(code));
      const { payload } = await invoke(client, "entered");
      const inside = runInside(server.url, "entered", ["sh", "-c", status]);
      if (runtime === "runsc") await assert.rejects(inside, /gVisor's kernel is its own/);
      else assert.equal((await inside).output, payload);
    });

    it("functions see and change what they may, and no more", async () => {
      await createFunction(client, "look", LOOK);
      const { code, kernel, ...rest } = (await invoke(client, "look", { dataDir })).payload as Record<
        string,
        unknown
      >;
      assert.deepEqual(rest, { uid: 993, seen: false, tmp: "done", processes: true, endpoint: 200 });
      assert.match(String(code), /Read-only file system|Permission denied/);
      assert.match(String(kernel), /Permission denied|Read-only|No such file/);
    });

    it("Node.js and custom runtimes run", async () => {
      await createFunction(client, "node", nodeZip("exports.handler = async (event) => event;"), NODE);
      for (const round of [1, 2])
        assert.deepEqual((await invoke(client, "node", { round })).payload, { round });
      const bootstrap = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
id=$(curl -sS -D - -o /dev/null "$api/invocation/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //ip')
curl -sS -o /dev/null -d '"custom"' "$api/invocation/$id/response"
curl -sS "$api/invocation/next"
`;
      await createFunction(client, "custom", zip({ bootstrap }, ["bootstrap"]), {
        Runtime: "provided.al2023",
        Handler: "h",
      });
      assert.equal((await invoke(client, "custom")).payload, "custom");
    });

    it("extensions run beside the runtime, and are told of the end", async () => {
      const listener = `
identifier, _, _ = register("INVOKE", "SHUTDOWN")
while True:
    event = next_event(identifier)
    say("event", type=event["eventType"])
    if event["eventType"] == "SHUTDOWN": sys.exit(0)
`;
      const layer = await extensionLayer(client, "listener", { listener });
      const hello = pythonZip("def lambda_handler(event, context): return event");
      await createFunction(client, "heard", hello, { Layers: [layer] });
      for (const round of [1, 2])
        assert.deepEqual((await invoke(client, "heard", { round })).payload, { round });
      await client.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: "heard", Description: "changed" }),
      );
      await inLog(
        logsClient(server.url),
        "heard",
        /listener event \{"type": "INVOKE"\}\n(.*\n)+listener event \{"type": "SHUTDOWN"\}/,
      );
    });

    it("time and memory end", async () => {
      const code = pythonZip(`
import time
def lambda_handler(event, context):
    if event: time.sleep(60)
    hoard = []
    while True: hoard.append(bytearray(10_000_000))
`);
      await createFunction(client, "greedy", code, { Timeout: 3 });
      assert.match(
        JSON.stringify((await invoke(client, "greedy", { sleep: 1 })).payload),
        /Task timed out after 3\.00/,
      );
      // gVisor answers for its guest when the kernel ends it.
      const ends = runtime === "runsc" ? /Runtime\.ExitError|MemoryError/ : /signal: killed/;
      assert.match(JSON.stringify((await invoke(client, "greedy")).payload), ends);
    });

    it("what a killed server leaves is cleared away by the next one", async () => {
      await createFunction(client, "left", pythonZip("def lambda_handler(e, c): return 1"));
      await invoke(client, "left");
      const groups = () => globSync(`/sys/fs/cgroup/*/lambkin-${server.child.pid}-*`);
      assert.ok(groups().length > 0);
      const before = groups();
      server.child.kill("SIGKILL");
      await server.exited;
      server = await spawnServer(dataDir, settings);
      client = lambdaClient(server.url);
      assert.equal((await invoke(client, "left")).payload, 1);
      // A group goes only when its last process is gone; what is still ending now goes with a later start.
      await waitFor("the old groups to go", async () => {
        if (before.every((group) => !existsSync(group))) return true;
        const sweeper = await temporaryFolder();
        const next = await spawnServer(sweeper);
        next.child.kill("SIGTERM");
        await next.exited;
        await rm(sweeper, { recursive: true, force: true });
        return undefined;
      });
    });
  });
}
