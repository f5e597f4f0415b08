/** Functions that attack what runs them: each attack fails, and a neighbour goes on as if nothing had been. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";
import { ATTACKS, endOf, PRELUDE, SYSTEM_CALLS } from "./hostile-functions.ts";

/** The whole file may be run in another sandbox than the usual one. */
const isGvisor = process.env["LAMBKIN_OCI_RUNTIME"] === "runsc";
const isRoot = process.getuid?.() === 0;

describe("hostile functions", () => {
  let dataDir: string;
  let server: ServerProcess;
  let client: LambdaClient;
  let calls = 0;
  before(async () => {
    dataDir = await temporaryFolder();
    server = await spawnServer(dataDir, { LAMBKIN_TEST_SECRET: "SECRET of the platform" });
    client = lambdaClient(server.url);
    const neighbour =
      "SECRET = 'NEIGHBOUR-SECRET'\ncalls = []\ndef lambda_handler(e, c):\n    calls.append(1)\n    return len(calls)\n";
    await createFunction(client, "neighbour", pythonZip(neighbour));
  });
  after(async () => {
    server.child.kill("SIGTERM");
    await server.exited;
  });

  const systemCalls = process.arch === "x64" ? SYSTEM_CALLS : [];
  for (const [at, attack] of [...ATTACKS, ...systemCalls].entries()) {
    const skip = attack.needsRoot === true && !isRoot ? "only root's sandboxes promise this" : false;
    it(`${attack.name}: in vain`, { skip }, async () => {
      const name = `attack-${at}`;
      await createFunction(client, name, pythonZip(PRELUDE + attack.code), {
        Timeout: attack.timeoutSeconds ?? 10,
        MemorySize: attack.memoryMib ?? 128,
      });
      const endpoint = isRoot ? server.url.replace("127.0.0.1", "169.254.100.1") : server.url;
      const event = { dataDir, endpoint, serverPid: server.child.pid };
      // Twice: what the first left in a warm environment must not help the second.
      for (const _round of [1, 2]) {
        const { payload } = await invoke(client, name, event);
        assert.match(JSON.stringify(payload), endOf(attack, isGvisor));
        calls++;
        assert.equal((await invoke(client, "neighbour")).payload, calls);
      }
    });
  }

  it("leave no process behind", async () => {
    await waitFor("the daemon to be gone", () => {
      try {
        return execFileSync("pgrep", ["-f", "sleep 86399"]).length === 0 ? true : undefined;
      } catch {
        return true;
      }
    });
  });

  it("leave the server in good health, and no fault of its own in what it says", async () => {
    const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as { status: string };
    assert.equal(health.status, "ok");
    assert.doesNotMatch(server.output(), /failed:|SECRET of the platform/);
  });
});
