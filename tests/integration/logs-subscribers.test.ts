/** Subscription filters to real functions, and metric filters, set up with boto3 and the AWS CLI. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  PutMetricFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { AddPermissionCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { aws, cloudWatchClient, lambdaClient, logsClient, python } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** Prints what log events it gets. */
const COLLECT = `
import base64, gzip, json
def lambda_handler(event, context):
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    print("GOT " + json.dumps([data["messageType"], data["logGroup"], data["subscriptionFilters"],
        [each["message"] for each in data["logEvents"]]]))
`;
const TALK = `
def lambda_handler(event, context):
    print("ERROR " + event["say"])
    print("fine " + event["say"])
`;

describe("subscribers of logs", () => {
  let server: TestServer;
  let lambda: LambdaClient;
  let logs: CloudWatchLogsClient;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    logs = logsClient(server.url);
    folder = await mkdtemp(path.join(tmpdir(), "lambkin-subscribers-"));
    await createFunction(lambda, "collect", pythonZip(COLLECT));
    await createFunction(lambda, "talk", pythonZip(TALK));
    await invoke(lambda, "talk", { say: "before" });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function collected(): Promise<string[]> {
    const { events = [] } = await logs
      .send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/collect", filterPattern: "GOT" }))
      .catch(() => ({ events: [] }));
    return events.map((event) => event.message ?? "");
  }

  it("brings what a function prints to another function, set up with boto3", async () => {
    const script = path.join(folder, "subscribe.py");
    await writeFile(
      script,
      `
import boto3, json
logs = boto3.client("logs")
arn = "arn:aws:lambda:us-east-1:000000000000:function:collect"
put = lambda: logs.put_subscription_filter(logGroupName="/aws/lambda/talk", filterName="errors",
    filterPattern="ERROR", destinationArn=arn)
try: put(); refused = None
except logs.exceptions.InvalidParameterException as error: refused = str(error)
boto3.client("lambda").add_permission(FunctionName="collect", StatementId="logs", Action="lambda:InvokeFunction",
    Principal="logs.amazonaws.com", SourceArn="arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/talk:*")
put()
print(json.dumps([refused, logs.describe_subscription_filters(logGroupName="/aws/lambda/talk")["subscriptionFilters"]]))
`,
    );
    const [refused, filters] = (await python(server.url, script, folder)) as [
      string,
      { filterName: string; creationTime: number }[],
    ];
    assert.match(refused, /Could not execute the lambda function/);
    assert.equal(filters[0]?.filterName, "errors");
    await invoke(lambda, "talk", { say: "now" });
    const [line = ""] = await waitFor("the subscriber's line", async () => {
      const lines = await collected();
      return lines.length > 0 ? lines : undefined;
    });
    assert.deepEqual(JSON.parse(line.slice(4)), [
      "DATA_MESSAGE",
      "/aws/lambda/talk",
      ["errors"],
      ["ERROR now\n"],
    ]);
  });

  it("refuses to feed a function with its own log", async () => {
    await lambda.send(
      new AddPermissionCommand({
        ...{ FunctionName: "talk", StatementId: "l", Action: "lambda:InvokeFunction" },
        Principal: "logs.amazonaws.com",
      }),
    );
    const put = aws(
      server.url,
      [
        ...[
          "logs",
          "put-subscription-filter",
          "--log-group-name",
          "/aws/lambda/talk",
          "--filter-name",
          "own",
        ],
        ...["--filter-pattern", "", "--destination-arn"],
        "arn:aws:lambda:us-east-1:000000000000:function:talk",
      ],
      folder,
    );
    await assert.rejects(put, /logs to this log group/);
  });

  it("makes values of a metric of what a function prints", async () => {
    const metricTransformations = [{ metricName: "Errors", metricNamespace: "Talk", metricValue: "2" }];
    await logs.send(
      new PutMetricFilterCommand({
        ...{ logGroupName: "/aws/lambda/talk", filterName: "count", filterPattern: "ERROR" },
        metricTransformations,
      }),
    );
    await invoke(lambda, "talk", { say: "counted" });
    const metrics = cloudWatchClient(server.url);
    const point = await waitFor("the metric's value", async () => {
      const nowMs = Date.now();
      const { Datapoints = [] } = await metrics.send(
        new GetMetricStatisticsCommand({
          ...{ Namespace: "Talk", MetricName: "Errors", Period: 3600, Statistics: ["Sum", "SampleCount"] },
          ...{ StartTime: new Date(nowMs - 3_600_000), EndTime: new Date(nowMs + 3_600_000) },
        }),
      );
      return Datapoints[0];
    });
    assert.deepEqual([point.Sum, point.SampleCount], [2, 1]);
  });

  it("keeps metric filters and tests patterns, with the AWS CLI", async () => {
    const cli = (...args: string[]) => aws(server.url, ["logs", "--output", "json", ...args], folder);
    await cli(
      ...["put-metric-filter", "--log-group-name", "/aws/lambda/talk", "--filter-name", "m"],
      ...["--filter-pattern", '{ $.level = "ERROR" && $.n > 3 }', "--metric-transformations"],
      "metricName=Errors,metricNamespace=App,metricValue=1,defaultValue=0",
    );
    const described = (await cli("describe-metric-filters")) as {
      metricFilters: { filterName: string; metricTransformations: object[] }[];
    };
    const made = described.metricFilters.find(({ filterName }) => filterName === "m");
    assert.deepEqual(made?.metricTransformations, [
      { metricName: "Errors", metricNamespace: "App", metricValue: "1", defaultValue: 0 },
    ]);
    const tested = (await cli(
      ...["test-metric-filter", "--filter-pattern", "[ip, ..., status = 5*]"],
      ...["--log-event-messages", "1.2.3.4 x 500", "1.2.3.4 x 200"],
    )) as { matches: object[] };
    assert.deepEqual(tested.matches, [
      {
        ...{ eventNumber: 1, eventMessage: "1.2.3.4 x 500" },
        extractedValues: { $ip: "1.2.3.4", $2: "x", $status: "500" },
      },
    ]);
    await cli("delete-metric-filter", "--log-group-name", "/aws/lambda/talk", "--filter-name", "m");
  });
});
