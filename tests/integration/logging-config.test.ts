/** The log format JSON: what the platform and the function write, and which levels leave out what. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  type LambdaClient,
  type LoggingConfig,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

interface Line {
  readonly time: string;
  readonly type: string;
  readonly record: Record<string, unknown> & { metrics?: Record<string, number> };
}

describe("logs in the format JSON", () => {
  let server: TestServer;
  let client: LambdaClient;
  let logs: CloudWatchLogsClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    logs = logsClient(server.url);
  });
  after(() => server.stop());

  const JSON_FORMAT: LoggingConfig = { LogFormat: "JSON" };

  /** Everything in a group, once `last` is among it. */
  function messages(group: string, last: RegExp): Promise<string[]> {
    return waitFor(`${last} in ${group}`, async () => {
      const { events = [] } = await logs
        .send(new FilterLogEventsCommand({ logGroupName: group }))
        .catch(() => ({ events: [] }));
      const found = events.map((event) => event.message ?? "");
      return found.some((message) => last.test(message)) ? found : undefined;
    });
  }

  const platform = (lines: readonly string[]): Line[] =>
    lines.filter((line) => line.startsWith('{"time"')).map((line) => JSON.parse(line) as Line);

  it("tells start and report as objects, without an END line, in the group of choice", async () => {
    await createFunction(
      client,
      "plain",
      nodeZip("exports.handler = async () => { console.log({ a: 1 }); };"),
      {
        ...NODE,
        LoggingConfig: { ...JSON_FORMAT, LogGroup: "/my/own" },
      },
    );
    const { requestId, log } = await invoke(client, "plain");
    const lines = await messages("/my/own", /platform\.report/);
    const [initStart, start, report] = platform(lines);
    assert.deepEqual(
      platform(lines).map(({ type }) => type),
      ["platform.initStart", "platform.start", "platform.report"],
    );
    assert.match(initStart?.time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(
      [
        initStart?.record["initializationType"],
        initStart?.record["functionName"],
        initStart?.record["instanceMaxMemory"],
      ],
      ["on-demand", "plain", 128 * 1024 * 1024],
    );
    assert.deepEqual(start?.record, { requestId, version: "$LATEST" });
    const { metrics, ...record } = report?.record ?? {};
    assert.deepEqual(record, { requestId, status: "success" });
    assert.deepEqual(Object.keys(metrics ?? {}), [
      "durationMs",
      "billedDurationMs",
      "memorySizeMB",
      "maxMemoryUsedMB",
      "initDurationMs",
    ]);
    const own = lines.find((line) => line.includes('"message":{"a":1}'));
    assert.equal((JSON.parse(own ?? "") as { requestId: string }).requestId, requestId);
    assert.match(log, /^\{"time".*platform\.start/);
  });

  it("leaves out what is below the levels", async () => {
    const code = pythonZip(`
import logging
def lambda_handler(event, context):
    logging.getLogger().debug("fine detail")
    logging.getLogger().warning("worth a look")
    if event: raise ValueError("no")
`);
    await createFunction(client, "levels", code, {
      LoggingConfig: { ...JSON_FORMAT, ApplicationLogLevel: "WARN", SystemLogLevel: "WARN" },
    });
    await invoke(client, "levels");
    await invoke(client, "levels", { fail: 1 });
    const lines = await messages("/aws/lambda/levels", /platform\.report/);
    assert.deepEqual(
      platform(lines).map(({ type, record }) => [type, record["status"]]),
      [
        ["platform.runtimeDone", "error"],
        ["platform.report", "error"],
      ],
    );
    assert.equal(lines.filter((line) => line.includes("worth a look")).length, 2);
    assert.ok(!lines.some((line) => line.includes("fine detail")));
    await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "levels",
        LoggingConfig: {
          LogFormat: "JSON",
          ApplicationLogLevel: "DEBUG",
          SystemLogLevel: "DEBUG",
          LogGroup: "/all",
        },
      }),
    );
    await invoke(client, "levels");
    const all = await messages("/all", /platform\.report/);
    assert.deepEqual(
      platform(all).map(({ type }) => type),
      [
        "platform.initStart",
        "platform.initRuntimeDone",
        "platform.initReport",
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
      ],
    );
    assert.ok(all.some((line) => line.includes("fine detail")));
  });

  it("tells timeouts and exits in the report", async () => {
    const code = pythonZip(`
import os, time
def lambda_handler(event, context):
    if event.get("exit"): os._exit(3)
    time.sleep(60)
`);
    await createFunction(client, "ends", code, { Timeout: 1, LoggingConfig: JSON_FORMAT });
    await invoke(client, "ends", { exit: 1 });
    await invoke(client, "ends");
    const lines = await messages("/aws/lambda/ends", /platform\.report.*timeout/);
    const reports = platform(lines).filter(({ type }) => type === "platform.report");
    assert.deepEqual(
      reports.map(({ record }) => [record["status"], record["errorType"]]),
      [
        ["failure", "Runtime.ExitError"],
        ["timeout", undefined],
      ],
    );
  });

  it("filters the JSON lines of custom runtimes by their level", async () => {
    const bootstrap = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  headers=$(mktemp)
  curl -sS -D "$headers" "$api/invocation/next" > /dev/null
  id=$(tr -d '\\r' < "$headers" | sed -n 's/^lambda-runtime-aws-request-id: //ip')
  echo '{"level":"debug","message":"one"}'
  echo '{"level":"ERROR","message":"two"}'
  echo '{"message":"three"}'
  echo '{"level":"warn","message":"four"'
  curl -sS -o /dev/null -d null "$api/invocation/$id/response"
done
`;
    await createFunction(client, "custom", zip({ bootstrap }, ["bootstrap"]), {
      Runtime: "provided.al2023",
      LoggingConfig: { ...JSON_FORMAT, ApplicationLogLevel: "WARN" },
    });
    await invoke(client, "custom");
    const lines = await messages("/aws/lambda/custom", /platform\.report/);
    assert.deepEqual(
      ["one", "two", "three", "four"].map((word) => lines.some((line) => line.includes(`"${word}"`))),
      [false, true, false, true],
    );
  });
});
