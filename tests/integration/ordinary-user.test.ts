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
sleep 60
`;
    await createFunction(client, "custom", zip({ bootstrap }, ["bootstrap"]), {
      Runtime: "provided.al2023",
      Handler: "h",
    });
    assert.equal((await invoke(client, "custom")).payload, "custom");
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
