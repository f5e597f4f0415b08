/** CloudWatch metrics through the JavaScript SDK: a function's own, and what is put. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { CreateEventSourceMappingCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { cloudWatchClient, lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let server: TestServer;
let cloudWatch: CloudWatchClient;
let lambda: LambdaClient;

before(async () => {
  server = await startTestServer();
  cloudWatch = cloudWatchClient(server.url);
  lambda = lambdaClient(server.url);
});

after(() => server.stop());

/** The last hour and the next: whatever minute it is now. */
function around(): Pick<GetMetricDataCommandInput, "StartTime" | "EndTime"> {
  return { StartTime: new Date(Date.now() - HOUR_MS), EndTime: new Date(Date.now() + HOUR_MS) };
}

async function put(namespace: string, ...MetricData: MetricDatum[]): Promise<void> {
  await cloudWatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
}

function metric(
  Namespace: string,
  MetricName: string,
  Stat: string,
  dimensions: Record<string, string> = {},
) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat };
}

/** Values of each id, in order of time. */
async function data(
  queries: GetMetricDataCommandInput["MetricDataQueries"],
  more: Partial<GetMetricDataCommandInput> = {},
): Promise<Record<string, number[]>> {
  const answer = await cloudWatch.send(
    new GetMetricDataCommand({
      ...around(),
      ScanBy: "TimestampAscending",
      MetricDataQueries: queries,
      ...more,
    }),
  );
  return Object.fromEntries((answer.MetricDataResults ?? []).map(({ Id = "", Values = [] }) => [Id, Values]));
}

/** The sum over all periods of one of a function's metrics. */
async function total(name: string, dimensions: Record<string, string>, stat = "Sum"): Promise<number> {
  const { m = [] } = await data([{ Id: "m", MetricStat: metric("AWS/Lambda", name, stat, dimensions) }]);
  return m.reduce((sum, value) => sum + value, 0);
}

describe("what a function's calls leave behind", () => {
  it("counts calls, errors and durations, for the function, its name and the account, at once", async () => {
    const source =
      'def lambda_handler(event, context):\n    if event.get("fail"): raise ValueError("no")\n    return 1\n';
    await createFunction(lambda, "counted", pythonZip(source));
    for (const event of [{}, {}, { fail: true }]) await invoke(lambda, "counted", event);
    const byFunction = { FunctionName: "counted" };
    for (const dimensions of [byFunction, { ...byFunction, Resource: "counted" }, {}]) {
      assert.equal(await total("Invocations", dimensions), 3);
      assert.equal(await total("Errors", dimensions), 1);
      assert.equal(await total("Throttles", dimensions), 0);
    }
    assert.equal(await total("Duration", byFunction, "SampleCount"), 3);
    assert.ok((await total("Duration", byFunction)) > 0);
    assert.ok((await total("ConcurrentExecutions", byFunction, "Maximum")) >= 1);
    assert.ok((await total("UnreservedConcurrentExecutions", {}, "Maximum")) >= 1);
    const { Metrics = [] } = await cloudWatch.send(
      new ListMetricsCommand({
        Namespace: "AWS/Lambda",
        Dimensions: [{ Name: "Resource", Value: "counted" }],
      }),
    );
    const names = Metrics.map(({ MetricName }) => MetricName);
    for (const name of ["Invocations", "Errors", "Duration"]) assert.ok(names.includes(name), name);
  });

  it("metrics in what a function logs are metrics", async () => {
    const source = `import json, time
def lambda_handler(event, context):
    print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [{
        "Namespace": "Shop", "Dimensions": [["Service"], []],
        "Metrics": [{"Name": "Orders", "Unit": "Count"}, {"Name": "Sizes"}]}]},
        "Service": "checkout", "Orders": 5, "Sizes": [1, 2, 3]}))
`;
    await createFunction(lambda, "embedding", pythonZip(source));
    await invoke(lambda, "embedding");
    const values = await data([
      { Id: "orders", MetricStat: metric("Shop", "Orders", "Sum", { Service: "checkout" }) },
      { Id: "all", MetricStat: metric("Shop", "Orders", "Sum") },
      { Id: "sizes", MetricStat: metric("Shop", "Sizes", "SampleCount", { Service: "checkout" }) },
    ]);
    assert.deepEqual(values, { orders: [5], all: [5], sizes: [3] });
  });
});

it("what passes through a queue is counted in AWS/SQS", async () => {
  const sqs = sqsClient(server.url);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "counted" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "seven b" }));
  const receive = () => sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const { Messages = [] } = await receive();
  await receive();
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
  const names = ["Sent", "Received", "Deleted"].map((name) => `NumberOfMessages${name}`);
  for (const name of [...names, "NumberOfEmptyReceives"]) {
    const Stat = metric("AWS/SQS", name, "Sum", { QueueName: "counted" });
    assert.deepEqual((await data([{ Id: "m", MetricStat: Stat }]))["m"], [1], name);
  }
  const size = metric("AWS/SQS", "SentMessageSize", "Maximum", { QueueName: "counted" });
  assert.deepEqual((await data([{ Id: "m", MetricStat: size }]))["m"], [7]);
});

it("a mapping that asks for it counts its events", async () => {
  const sqs = sqsClient(server.url);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "mapped" }));
  for (const MessageBody of ["good", "bad"])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await createFunction(lambda, "mapped", pythonZip("def lambda_handler(event, context): pass\n"));
  const { UUID = "" } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: "mapped",
      EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:mapped",
      FilterCriteria: { Filters: [{ Pattern: '{"body": ["good"]}' }] },
      MetricsConfig: { Metrics: ["EventCount"] },
    }),
  );
  const counted = async (name: string) => (await total(name, { EventSourceMappingUUID: UUID })) || undefined;
  assert.equal(await waitFor("a deleted event", () => counted("DeletedEventCount")), 1);
  assert.equal(await counted("PolledEventCount"), 2);
  assert.equal(await counted("FilteredOutEventCount"), 1);
  assert.equal(await counted("InvokedEventCount"), 1);
  assert.equal(await counted("FailedInvokeEventCount"), undefined);
});

describe("metrics that are put", () => {
  it("are there at once, by minute, with every statistic", async () => {
    const now = new Date();
    await put("One", ...[1, 2, 3, 4].map((Value) => ({ MetricName: "M", Timestamp: now, Value })));
    const statistics = { avg: "Average", sum: "Sum", min: "Minimum", max: "Maximum", n: "SampleCount" };
    const queries = Object.entries(statistics).map(([Id, stat]) => ({
      Id,
      MetricStat: metric("One", "M", stat),
    }));
    assert.deepEqual(await data(queries), { avg: [2.5], sum: [10], min: [1], max: [4], n: [4] });
  });

  it("are taken as values with counts, and as sums of several", async () => {
    await put("Many", { MetricName: "V", Values: [1, 10], Counts: [3, 1] });
    const StatisticValues = { SampleCount: 4, Sum: 20, Minimum: 1, Maximum: 9 };
    await put("Many", { MetricName: "S", StatisticValues });
    const values = await data([
      { Id: "v", MetricStat: metric("Many", "V", "Sum") },
      { Id: "s", MetricStat: metric("Many", "S", "Average") },
      { Id: "p", MetricStat: metric("Many", "S", "p90") },
    ]);
    assert.deepEqual(values, { v: [13], s: [5], p: [] });
  });

  it("a request with a thousand values, which clients compress, is taken", async () => {
    const MetricData = Array.from({ length: 1000 }, (_, index) => ({
      MetricName: "Wide",
      Dimensions: [{ Name: "Place", Value: `a-rather-long-name-of-a-place-${index % 10}` }],
      Value: index,
    }));
    await put("Big", ...MetricData);
    const dimensions = { Place: "a-rather-long-name-of-a-place-3" };
    const { n } = await data([{ Id: "n", MetricStat: metric("Big", "Wide", "SampleCount", dimensions) }]);
    assert.deepEqual(n, [100]);
  });

  it("give percentiles within one per cent", async () => {
    const Values = Array.from({ length: 100 }, (_, index) => index + 1);
    await put("Spread", { MetricName: "L", Values });
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        ...around(),
        Namespace: "Spread",
        MetricName: "L",
        Period: 3600,
        Statistics: ["Average", "SampleCount"],
        ExtendedStatistics: ["p50", "p99", "tm90"],
      }),
    );
    const [point] = Datapoints;
    assert.equal(point?.Average, 50.5);
    assert.equal(point?.SampleCount, 100);
    const extended = point?.ExtendedStatistics ?? {};
    for (const [name, value] of Object.entries({ p50: 50, p99: 99, tm90: 45.5 })) {
      assert.ok(Math.abs((extended[name] ?? 0) - value) <= value * 0.02, `${name}: ${extended[name]}`);
    }
  });

  it("of one account and region are not seen from another", async () => {
    await put("Mine", { MetricName: "M", Value: 1 });
    const other = cloudWatchClient(server.url, { accessKeyId: "111111111111" });
    const listed = await other.send(new ListMetricsCommand({ Namespace: "Mine" }));
    assert.deepEqual(listed.Metrics, []);
  });

  it("are refused when they are wrong", async () => {
    const refused = async (datum: MetricDatum, namespace = "Bad") =>
      (await refusalOf(put(namespace, datum))).name;
    assert.equal(await refused({ MetricName: "M" }), "MissingRequiredParameterException");
    assert.equal(
      await refused({ MetricName: "M", Value: 1 }, "AWS/Lambda"),
      "InvalidParameterValueException",
    );
    const old = new Date(Date.now() - 15 * 24 * HOUR_MS);
    assert.equal(
      await refused({ MetricName: "M", Value: 1, Timestamp: old }),
      "InvalidParameterValueException",
    );
    const both = { MetricName: "M", Value: 1, Values: [1] };
    assert.equal(await refused(both), "InvalidParameterCombinationException");
  });
});

describe("expressions", () => {
  const minutes = [4, 3, 2, 1].map(
    (ago) => new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - ago * MINUTE_MS),
  );

  before(async () => {
    const at = (index: number) => ({ Timestamp: minutes[index] });
    await put("Math", { MetricName: "A", Value: 10, ...at(0) }, { MetricName: "A", Value: 20, ...at(1) });
    await put("Math", { MetricName: "A", Value: 40, ...at(3) });
    await put("Math", { MetricName: "B", Value: 5, ...at(0) }, { MetricName: "B", Value: 2, ...at(1) });
  });

  /** Of an expression over `a` and `b`, from the first of the four minutes to the last. */
  async function result(Expression: string): Promise<number[] | undefined> {
    const values = await data(
      [
        { Id: "a", MetricStat: metric("Math", "A", "Sum"), ReturnData: false },
        { Id: "b", MetricStat: metric("Math", "B", "Sum"), ReturnData: false },
        { Id: "e", Expression },
      ],
      { StartTime: minutes[0], EndTime: new Date((minutes[3]?.getTime() ?? 0) + MINUTE_MS) },
    );
    return values["e"];
  }

  it("calculate with what both have, and with numbers", async () => {
    assert.deepEqual(await result("a + b * 2"), [20, 24]);
    assert.deepEqual(await result("100 * (a - b) / a"), [50, 90]);
    assert.deepEqual(await result("-a ^ 2"), [100, 400, 1600]);
    assert.deepEqual(await result("a > 15"), [0, 1, 1]);
  });

  it("fill gaps, sum up, and compare with the point before", async () => {
    assert.deepEqual(await result("FILL(a, 0)"), [10, 20, 0, 40]);
    assert.deepEqual(await result("FILL(a, REPEAT)"), [10, 20, 20, 40]);
    assert.deepEqual(await result("FILL(a, LINEAR)"), [10, 20, 30, 40]);
    assert.deepEqual(await result("SUM(METRICS())"), [15, 22, 40]);
    assert.deepEqual(await result("MAX([a, b])"), [10, 20, 40]);
    assert.deepEqual(await result("a - AVG(b)"), [6.5, 16.5, 36.5]);
    assert.deepEqual(await result("RATE(a) * PERIOD(a)"), [10, 10]);
    assert.deepEqual(await result("IF(a > 15, a, 0)"), [0, 20, 40]);
    assert.deepEqual(await result("RUNNING_SUM(a)"), [10, 30, 70]);
  });

  it("search by namespace, dimensions and words", async () => {
    for (const Value of ["one", "two"]) {
      await put("Found", { MetricName: "Hits", Dimensions: [{ Name: "Page", Value }], Value: 1 });
    }
    const answer = await cloudWatch.send(
      new GetMetricDataCommand({
        ...around(),
        MetricDataQueries: [{ Id: "s", Expression: `SEARCH('{Found,Page} MetricName="Hits"', 'Sum', 60)` }],
      }),
    );
    assert.deepEqual(
      answer.MetricDataResults?.map(({ Label, Values }) => [Label, Values]),
      [
        ["one Hits", [1]],
        ["two Hits", [1]],
      ],
    );
  });

  it("that cannot be worked out are refused", async () => {
    for (const wrong of ["a +", "nobody * 2", "e + 1", "NOTHING(a)", "1 + 1", "(a", 'SEARCH("x", "Sum")']) {
      const refusal = await refusalOf(result(wrong));
      assert.equal(refusal.name, "ValidationException", wrong);
      assert.equal(refusal.status, 400);
    }
  });
});

it("a long answer comes in pages", async () => {
  const nowMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const datum = (index: number) => ({ Timestamp: new Date(nowMs - index * MINUTE_MS), Value: index });
  await put("Paged", ...Array.from({ length: 10 }, (_, index) => ({ MetricName: "X", ...datum(index) })));
  await put("Paged", ...Array.from({ length: 5 }, (_, index) => ({ MetricName: "Y", ...datum(index) })));
  const seen: Record<string, number[]> = {};
  let NextToken: string | undefined;
  let pages = 0;
  do {
    const answer: GetMetricDataCommandOutput = await cloudWatch.send(
      new GetMetricDataCommand({
        ...around(),
        NextToken,
        MaxDatapoints: 4,
        MetricDataQueries: [
          { Id: "x", MetricStat: metric("Paged", "X", "Sum") },
          { Id: "y", MetricStat: metric("Paged", "Y", "Sum") },
        ],
      }),
    );
    for (const { Id = "", Values = [] } of answer.MetricDataResults ?? []) {
      seen[Id] = [...(seen[Id] ?? []), ...Values];
    }
    NextToken = answer.NextToken;
    pages++;
  } while (NextToken !== undefined);
  assert.equal(pages, 4);
  assert.deepEqual(seen, { x: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], y: [0, 1, 2, 3, 4] });
});
