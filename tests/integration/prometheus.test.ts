/** What Prometheus is told, read by Prometheus' own parser. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { CreateQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, runProgram, sqsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const PARSE = `import json, sys
from prometheus_client.parser import text_string_to_metric_families
families = text_string_to_metric_families(open(sys.argv[1], encoding="utf-8").read())
print(json.dumps([{"name": s.name, "labels": s.labels, "value": s.value, "type": f.type} for f in families for s in f.samples]))
`;

describe("GET /_lambkin/metrics", () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
    const lambda = lambdaClient(server.url);
    const source = "def lambda_handler(event, context):\n    return 1 / event['by']\n";
    await createFunction(lambda, "divide", pythonZip(source));
    for (const by of [1, 2, 0]) await invoke(lambda, "divide", { by });
    const sqs = sqsClient(server.url);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "deep" }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" }));
  });
  after(() => server.stop());

  it("is in the format, and says what has happened", async (t) => {
    const answer = await fetch(`${server.url}/_lambkin/metrics`);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    assert.match(text, /^# TYPE lambkin_invocations_total counter$/m);
    await writeFile(path.join(server.dataDir, "metrics.txt"), text);
    await writeFile(path.join(server.dataDir, "parse.py"), PARSE);
    const parsed = await runProgram(server.url, "python3", ["parse.py", "metrics.txt"], server.dataDir);
    if (parsed.stderr.includes("No module named 'prometheus_client'")) {
      return t.skip("the Python package prometheus-client is not installed");
    }
    assert.equal(parsed.code, 0, parsed.stderr);
    const samples = JSON.parse(parsed.stdout) as Sample[];
    const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
      samples.find(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([key, own]) => sample.labels[key] === own),
      )?.value;
    const divide = { account: "000000000000", region: "us-east-1", function: "divide" };
    assert.equal(value("lambkin_invocations_total", divide), 3);
    assert.equal(value("lambkin_errors_total", { ...divide, status: "error" }), 1);
    assert.equal(value("lambkin_errors_total", { ...divide, status: "timeout" }), 0);
    assert.equal(value("lambkin_throttles_total", divide), 0);
    assert.equal(value("lambkin_cold_starts_total", divide), 1);
    assert.equal(value("lambkin_duration_seconds_count", divide), 3);
    assert.equal(value("lambkin_duration_seconds_bucket", { ...divide, le: "+Inf" }), 3);
    assert.ok((value("lambkin_duration_seconds_sum", divide) ?? 0) > 0);
    assert.equal(value("lambkin_sqs_messages", { queue: "deep", state: "visible" }), 1);
    assert.equal(value("lambkin_async_events"), 0);
    assert.ok((value("process_resident_memory_bytes") ?? 0) > 1e6);
    const environments = samples.filter(({ name }) => name === "lambkin_environments");
    assert.deepEqual(
      environments.map(({ labels, value: count }) => [labels["function"], count]),
      [["divide", 1]],
    );
    assert.ok((value("nodejs_eventloop_lag_seconds") ?? -1) >= 0);
  });
});
