/** Versions with SnapStart on their way: Pending until the snapshot is there, Active then, Failed where the init fails. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  PublishVersionCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { inLog } from "../../testkit/extensions.ts";
import { createFunction, invoke, pythonZip, refusalOf, settledVersion } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "snapshots need cgroups and network namespaces";

const SNAP = { Runtime: "python3.12", Timeout: 20, SnapStart: { ApplyOn: "PublishedVersions" } } as const;

/** Its init lasts until there is a function named `gate`; on `$LATEST` it has none. */
const WAITS = pythonZip(`
import os, time, urllib.error, urllib.request
def is_open():
    try: return urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/gate").status == 200
    except urllib.error.HTTPError: return False
while os.environ["AWS_LAMBDA_FUNCTION_VERSION"] != "$LATEST" and not is_open(): time.sleep(0.02)
def lambda_handler(event, context): return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
`);
const FAILS = pythonZip(`raise ValueError("not today")`);
const PENDING =
  "The operation cannot be performed at this time. The function is currently in the following state: Pending";

describe("A version with SnapStart", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  let logs: CloudWatchLogsClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    logs = logsClient(server.url);
  });
  after(() => server.stop());

  it("is Pending and cannot be called until its snapshot is there", async () => {
    await createFunction(client, "waits", WAITS, SNAP);
    const published = await client.send(new PublishVersionCommand({ FunctionName: "waits" }));
    assert.equal(published.Version, "1");
    assert.equal(published.State, "Pending");
    assert.equal(published.StateReasonCode, "Creating");
    assert.equal(published.LastUpdateStatus, undefined);
    assert.equal(published.SnapStart?.OptimizationStatus, "Off");
    await client.send(new CreateAliasCommand({ FunctionName: "waits", Name: "live", FunctionVersion: "1" }));
    for (const name of ["waits:1", "waits:live"]) {
      for (const InvocationType of ["RequestResponse", "Event", "DryRun"] as const) {
        const refused = await refusalOf(
          client.send(new InvokeCommand({ FunctionName: name, InvocationType })),
        );
        assert.deepEqual(
          [refused.name, refused.status, refused.message],
          ["ResourceConflictException", 409, PENDING],
        );
      }
    }
    // The same version, not another.
    assert.equal((await client.send(new PublishVersionCommand({ FunctionName: "waits" }))).Version, "1");
    assert.equal((await invoke(client, "waits")).payload, "on-demand", "$LATEST has nothing to wait for");
    await createFunction(client, "gate", WAITS);
    const active = await settledVersion(client, "waits");
    assert.deepEqual([active.State, active.LastUpdateStatus], ["Active", "Successful"]);
    assert.equal(active.SnapStart?.OptimizationStatus, "On");
    assert.equal((await invoke(client, "waits:live")).payload, "snap-start");
    const latest = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "waits" }));
    assert.equal(latest.SnapStart?.OptimizationStatus, "Off");
  });

  it("is Failed where its init fails, and nothing can be led to it", async () => {
    await createFunction(client, "fails", FAILS, { ...SNAP, Publish: true });
    const failed = await settledVersion(client, "fails");
    assert.deepEqual(
      [failed.State, failed.StateReasonCode, failed.StateReason],
      ["Failed", "FunctionError", "An error occurred during function initialization."],
    );
    assert.equal(failed.SnapStart?.OptimizationStatus, "Off");
    await inLog(logs, "fails", /INIT_REPORT .*\tPhase: init\tStatus: error\tError Type: Runtime\.Unknown\n/);
    const refused = await refusalOf(invoke(client, "fails:1"));
    assert.equal(refused.name, "ResourceConflictException");
    assert.match(refused.message, /currently in the following state: Failed$/);
    const alias = await refusalOf(
      client.send(new CreateAliasCommand({ FunctionName: "fails", Name: "live", FunctionVersion: "1" })),
    );
    assert.equal(alias.name, "ResourceConflictException");
    assert.match(alias.message, /state: 'Failed'\. StateReasonCode: 'FunctionError'$/);
  });

  it("is Pending over a restart, which does not wait for its init", async () => {
    const dataDir = await temporaryFolder();
    const first = await spawnServer(dataDir);
    await createFunction(lambdaClient(first.url), "waits", WAITS, { ...SNAP, Publish: true });
    await inLog(logsClient(first.url), "waits", /INIT_START/);
    first.child.kill("SIGTERM");
    assert.equal(await first.exited, 0, first.output());
    const second = await spawnServer(dataDir);
    try {
      const again = lambdaClient(second.url);
      const version = await again.send(
        new GetFunctionConfigurationCommand({ FunctionName: "waits", Qualifier: "1" }),
      );
      assert.equal(version.State, "Pending");
      await createFunction(again, "gate", WAITS);
      const active = await settledVersion(again, "waits");
      assert.deepEqual([active.State, active.SnapStart?.OptimizationStatus], ["Active", "On"]);
    } finally {
      second.child.kill("SIGTERM");
      await second.exited;
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
