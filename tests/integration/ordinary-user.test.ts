/** Lambkin run by who is not root: functions run, isolated as well as that user can, and what is weaker is said. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip, zip } from "../../testkit/functions.ts";
import { PROJECT, type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { runInside, TestDebugger } from "../../testkit/tunnel.ts";

const NOBODY = 65_534;

/** Whether somebody else can read this checkout: one below /root is root's alone. */
function isReadableByOthers(): boolean {
  try {
    const reading = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", "test", "-r"];
    execFileSync("setpriv", [...reading, path.join(PROJECT, "src/main.ts")], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skip =
  process.getuid?.() !== 0
    ? "the tests run as an ordinary user already"
    : isReadableByOthers()
      ? false
      : "nobody but root can read this checkout";

describe("an ordinary user's server", { skip }, () => {
  let dataDir: string;
  let server: ServerProcess;
  let client: LambdaClient;
  before(async () => {
    dataDir = await temporaryFolder();
    chownSync(dataDir, NOBODY, NOBODY);
    server = await spawnServer(dataDir, { HOME: dataDir }, NOBODY);
    client = lambdaClient(server.url);
  });
  after(async () => {
    server.child.kill("SIGTERM");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  });

  it("lets people into its sandboxes, as the guest", async () => {
    const look = `
import os
def lambda_handler(event, context):
    return [os.getuid(), os.getcwd()] + [os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "net", "pid", "user")]
`;
    await createFunction(client, "entered", pythonZip(look));
    const { payload } = await invoke(client, "entered");
    const script = `${look}\nimport json; print(json.dumps(lambda_handler(0, 0)))`;
    const { output, errors } = await runInside(server.url, "entered", ["python3", "-c", script]);
    assert.equal(errors, "");
    assert.deepEqual(JSON.parse(output), payload);
    const tried = await runInside(server.url, "entered", ["unshare", "--user", "true"]);
    assert.match(tried.errors, /Operation not permitted/);
    await createFunction(client, "debugged", nodeZip("exports.handler = async () => 1"), NODE);
    const session = await TestDebugger.open(server.url, { function: "debugged" });
    await session.ready();
    session.close();
  });

  it("says what it cannot keep apart", async () => {
    const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
      isolation: string;
      network: string;
      weaknesses: string[];
    };
    assert.equal(health.isolation, "bubblewrap");
    // Where pasta is installed, and everybody may use /dev/net/tun, functions have a network of their own.
    const sharesNetwork = health.network === "host";
    if (!sharesNetwork) assert.equal(health.network, "pasta");
    for (const word of [...(sharesNetwork ? ["network is the host's"] : []), "/tmp is not limited"]) {
      assert.ok(
        health.weaknesses.some((weakness) => weakness.includes(word)),
        word,
      );
    }
    assert.equal(/WARNING: Functions share the host's network/.test(server.output()), sharesNetwork);
  });

  it("runs functions, sealed off from its own files", async () => {
    const code = pythonZip(`
import os
def lambda_handler(event, context):
    open("/tmp/x", "w").close()
    kept = [os.access(p, os.W_OK) for p in ("/var/task", "/usr", "/proc/sys/kernel/core_pattern")]
    return [os.path.exists(event["dataDir"]), len([p for p in os.listdir("/proc") if p.isdigit()]) < 5, kept]
`);
    await createFunction(client, "python", code);
    assert.deepEqual((await invoke(client, "python", { dataDir })).payload, [
      false,
      true,
      [false, false, false],
    ]);
    await createFunction(client, "node", nodeZip("exports.handler = async () => process.getuid();"), NODE);
    assert.equal((await invoke(client, "node")).payload, 993);
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

  it("ends what takes too much memory, whatever takes it, and tells how much was used", async () => {
    const source = pythonZip(`
import subprocess, sys, time
HOARD = "[b'x' * 10_000_000 for _ in iter(int, 1)]"
def write(mb):
    with open("/dev/shm/x", "wb") as file:
        for _ in range(mb): file.write(b"x" * 1_000_000)
def lambda_handler(event, context):
    if event.get("act") == "write":
        write(event["mb"])
        while event.get("stay"): time.sleep(1)
    if event.get("act") == "hoard": exec(HOARD)
    if event.get("act") == "child": subprocess.run([sys.executable, "-c", HOARD])
    return len(b"x" * event.get("bytes", 0))
`);
    await createFunction(client, "memory", source);
    const small = await invoke(client, "memory", { bytes: 60_000_000 });
    assert.equal(small.payload, 60_000_000);
    const used = Number(/Max Memory Used: (\d+) MB/.exec(small.log)?.[1]);
    assert.ok(used >= 5 && used <= 128, small.log);
    const hoard = await invoke(client, "memory", { act: "hoard" });
    assert.match(JSON.stringify(hoard.payload), /signal: killed|MemoryError/);
    const child = await invoke(client, "memory", { act: "child" });
    assert.match(JSON.stringify(child), /signal: killed|"payload":0/);
    // Nobody maps what is in a file, and it is the machine's memory all the same.
    const file = await invoke(client, "memory", { act: "write", mb: 300, stay: true });
    assert.match(JSON.stringify(file.payload), /signal: killed/);
    const written = await invoke(client, "memory", { act: "write", mb: 60 });
    assert.equal(written.functionError, undefined);
    const inFile = Number(/Max Memory Used: (\d+) MB/.exec(written.log)?.[1]);
    assert.ok(inFile >= 57 && inFile <= 128, written.log);
    const backToWork = await invoke(client, "memory", { bytes: 1 });
    assert.equal(backToWork.payload, 1);
  });

  it("gives a function so many processes and no more, however many there are outside", async () => {
    const source = pythonZip(`
import os, signal, time
def lambda_handler(event, context):
    children = []
    try:
        while len(children) < 2000:
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
    except OSError: pass
    for child in children: os.kill(child, signal.SIGKILL)
    for child in children: os.waitpid(child, 0)
    return len(children)
`);
    await createFunction(client, "forks", source, { MemorySize: 2048 });
    const { payload } = await invoke(client, "forks");
    assert.ok(Number(payload) > 900 && Number(payload) < 1024, String(payload));
  });

  it("ends what takes too long", async () => {
    await createFunction(client, "slow", pythonZip("import time\ndef lambda_handler(e, c): time.sleep(60)"), {
      Timeout: 1,
    });
    assert.match(
      JSON.stringify((await invoke(client, "slow")).payload),
      /Task timed out after 1\.00 seconds/,
    );
  });
});
