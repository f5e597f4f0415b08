/** CloudWatch with the clients that people have, each with a wire protocol of its own: boto3 (CBOR, JSON) and the AWS CLI (JSON, query). */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { aws, runProgram } from "../../testkit/clients.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

/** The CLI's second version as Debian has it: its CloudWatch speaks the query protocol still. */
const OLD_AWS = "/usr/bin/aws";

describe("clients of CloudWatch", () => {
  let server: TestServer;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    folder = await temporaryFolder();
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [protocol, notFound] of [
    ["smithy-rpc-v2-cbor", 404],
    ["json", 400],
  ] as const)
    it(`boto3 speaks ${protocol} and finds everything as it is on AWS`, async () => {
      const script = path.join(import.meta.dirname, "metrics_clients.py");
      // Each protocol has a region of its own: what one has put the other must not find.
      const args = [script, protocol, protocol === "json" ? "eu-west-1" : "eu-north-1"];
      const { code, stdout, stderr } = await runProgram(server.url, "python3", args, folder);
      assert.equal(code, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), {
        protocol,
        listed: [["Latency", [{ Name: "Größe", Value: "klein" }]]],
        data: [
          ["m", "Latency", [2]],
          ["e", "twice", [4]],
        ],
        minute: true,
        point: [4, 2.5, 2.5, "Seconds"],
        compressed: 1,
        alarm: ["OK", "by hand", 1, true],
        tags: [{ Key: "team", Value: "python" }],
        history: ["ConfigurationUpdate", "StateUpdate"],
        missing: ["ResourceNotFound", "ResourceNotFound", notFound],
        invalid: "ValidationError",
      });
    });

  it("the AWS CLI puts, reads and watches", async () => {
    await useCli((args) => aws(server.url, ["cloudwatch", ...args], folder), "Cli");
  });

  it("an AWS CLI that speaks the query protocol does the same", async (t) => {
    if (!existsSync(OLD_AWS)) return t.skip(`${OLD_AWS} is not installed`);
    await useCli(async (args) => {
      // This version does not read AWS_ENDPOINT_URL yet.
      const all = ["--endpoint-url", server.url, "--output", "json", "cloudwatch", ...args];
      const { code, stdout, stderr } = await runProgram(server.url, OLD_AWS, all, folder);
      if (code !== 0) throw new Error(stderr.trim());
      return stdout.trim() === "" ? undefined : JSON.parse(stdout);
    }, "OldCli");
  });
});

type Cli = (args: readonly string[]) => Promise<unknown>;

async function useCli(cli: Cli, namespace: string): Promise<void> {
  const time = (offsetMs: number): string => new Date(Date.now() + offsetMs).toISOString();
  const metric = ["--namespace", namespace, "--metric-name", "Hits", "--dimensions", "Name=Page,Value=a&b"];
  // The short form of dimensions is another one where values are put.
  await cli([
    ...["put-metric-data", "--namespace", namespace, "--metric-name", "Hits", "--dimensions", "Page=a&b"],
    ...["--value", "2.5", "--unit", "Count"],
  ]);
  const hour = ["--start-time", time(-3_600_000), "--end-time", time(3_600_000)];
  const statistics = (await cli([
    ...[
      "get-metric-statistics",
      ...metric,
      ...hour,
      "--period",
      "7200",
      "--statistics",
      "Sum",
      "SampleCount",
    ],
  ])) as { Datapoints: Record<string, unknown>[] };
  const [point = {}] = statistics.Datapoints;
  assert.deepEqual([point["Sum"], point["SampleCount"], point["Unit"]], [2.5, 1, "Count"]);
  const Metric = { Namespace: namespace, MetricName: "Hits", Dimensions: [{ Name: "Page", Value: "a&b" }] };
  const queries = [
    { Id: "m", MetricStat: { Metric, Period: 60, Stat: "Sum" }, ReturnData: false },
    { Id: "e", Expression: "m * 2" },
  ];
  const data = (await cli([
    "get-metric-data",
    ...hour,
    "--metric-data-queries",
    JSON.stringify(queries),
  ])) as {
    MetricDataResults: { Id: string; Values: number[] }[];
  };
  assert.deepEqual(
    data.MetricDataResults.map(({ Id, Values }) => [Id, Values]),
    [["e", [5]]],
  );
  const listed = (await cli(["list-metrics", "--namespace", namespace])) as { Metrics: object[] };
  assert.deepEqual(listed.Metrics, [Metric]);
  await cli([
    ...["put-metric-alarm", "--alarm-name", namespace, ...metric, "--statistic", "Sum", "--period", "60"],
    ...["--evaluation-periods", "2", "--threshold", "1", "--comparison-operator", "GreaterThanThreshold"],
    // Looked at while the test runs it keeps its state.
    ...["--treat-missing-data", "ignore"],
  ]);
  const state = ["--state-value", "ALARM", "--state-reason", "<by hand>"];
  await cli(["set-alarm-state", "--alarm-name", namespace, ...state]);
  const described = (await cli(["describe-alarms", "--alarm-name-prefix", namespace])) as {
    MetricAlarms: Record<string, unknown>[];
  };
  const [alarm = {}] = described.MetricAlarms;
  assert.deepEqual(
    [alarm["StateValue"], alarm["StateReason"], alarm["Threshold"]],
    ["ALARM", "<by hand>", 1],
  );
  await cli(["delete-alarms", "--alarm-names", namespace]);
  await assert.rejects(cli(["set-alarm-state", "--alarm-name", namespace, ...state]), /\(ResourceNotFound\)/);
}
