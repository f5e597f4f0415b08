/** What filters make of events as they come: metric values, batches for subscribers, and who may be a subscriber. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type * as logs from "@aws-sdk/client-cloudwatch-logs";
import { HandClock } from "../../../../testkit/hand-clock.ts";
import type { MetricDatum, Operation, PolicyStatement, RequestContext } from "../../../model/mod.ts";
import { LogWriter } from "../../../observe/mod.ts";
import { newGroup, SqliteLogStore } from "../../../store/mod.ts";
import { Logs } from "../mod.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const CONTEXT = { ...SCOPE, requestId: "r", accessKeyId: undefined, baseUrl: "", traceId: undefined };
const GROUP = "app";
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:collect";
const ALLOWED: PolicyStatement = {
  ...{ Sid: "s", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: ARN },
  Principal: { Service: "logs.amazonaws.com" },
  Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:logs:us-east-1:000000000000:log-group:app:*" } },
};

interface Payload {
  messageType: string;
  owner: string;
  logGroup: string;
  logStream: string;
  subscriptionFilters: string[];
  logEvents: { id: string; timestamp: number; message: string }[];
}

let store: SqliteLogStore;
let clock: HandClock;
let writer: LogWriter;
let service: Logs;
let data: MetricDatum[];
let received: Payload[];
let faults: unknown[];
let statements: PolicyStatement[];
let logGroupOfTarget: string;
let refusals: number;

beforeEach(async () => {
  store = new SqliteLogStore(":memory:");
  clock = new HandClock();
  data = [];
  received = [];
  faults = [];
  statements = [ALLOWED];
  logGroupOfTarget = "/aws/lambda/collect";
  refusals = 0;
  const reportFault = (error: unknown) => void faults.push(error);
  writer = new LogWriter({ store, clock, reportFault });
  service = newService();
  await store.createGroup(SCOPE, newGroup(GROUP, 1));
});

afterEach(async () => {
  await service.close();
  await writer.close();
  await store.close();
});

function newService(): Logs {
  const targets = {
    payloadBytesMax: 64 * 1024,
    find: async (_scope: object, arn: string) =>
      arn === ARN ? { logGroup: logGroupOfTarget, statements } : undefined,
    invoke: async (_arn: string, payload: Buffer) => {
      if (refusals-- > 0) throw new Error("not now");
      const packed = (JSON.parse(payload.toString()) as { awslogs: { data: string } }).awslogs.data;
      received.push(JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString()) as Payload);
    },
  };
  const putMetric = (datum: MetricDatum) => void data.push(datum);
  const jobs = { run: () => Promise.reject(new Error("no searches here")) };
  return new Logs({
    store,
    writer,
    jobs,
    clock,
    targets,
    putMetric,
    reportFault: (error) => faults.push(error),
  });
}

async function call<Output>(name: string, input: object): Promise<Output> {
  const operation = service.operations[name] as Operation<object>;
  return (await operation(input, CONTEXT as RequestContext)) as Output;
}

function print(message: string, stream = "s"): void {
  writer.write({ ...SCOPE, group: GROUP, stream }, { timestampMs: clock.nowMs(), message });
}

function putMetricFilter(filterPattern: string, transformation: Partial<logs.MetricTransformation> = {}) {
  const common = { metricName: "n", metricNamespace: "ns", metricValue: "1" };
  return call("PutMetricFilter", {
    ...{ logGroupName: GROUP, filterName: "f", filterPattern },
    metricTransformations: [{ ...common, ...transformation }],
  });
}

function subscribe(filterName = "sub", filterPattern = "", destinationArn = ARN) {
  return call("PutSubscriptionFilter", { logGroupName: GROUP, filterName, filterPattern, destinationArn });
}

function values(): (readonly [number, Readonly<Record<string, string>>])[] {
  return data.map(({ value, dimensions }) => [value, dimensions]);
}

test("a metric filter gives a value for each event that matches, with unit and dimensions of its message", async () => {
  await putMetricFilter('{ $.level = "ERROR" }', {
    metricValue: "$.ms",
    unit: "Milliseconds",
    dimensions: { Route: "$.route" },
  });
  print('{"level":"ERROR","ms":12.5,"route":"/a"}\n');
  print('{"level":"INFO","ms":1,"route":"/a"}');
  print('{"level":"ERROR","ms":1}');
  print('{"level":"ERROR","ms":"no number","route":"/a"}');
  await service.flush();
  assert.deepEqual(data, [
    {
      ...{ scope: SCOPE, namespace: "ns", name: "n", unit: "Milliseconds", value: 12.5 },
      ...{ dimensions: { Route: "/a" }, timestampMs: clock.nowMs() },
    },
  ]);
});

test("a metric filter takes values from columns, and counts with a plain number", async () => {
  await putMetricFilter("[ip, status = 5*, bytes]", { metricValue: "$bytes", dimensions: { ip: "$ip" } });
  print("1.2.3.4 500 77");
  print("1.2.3.4 200 78");
  await service.flush();
  assert.deepEqual(values(), [[77, { ip: "1.2.3.4" }]]);
  await putMetricFilter("ERROR");
  print("an ERROR");
  await service.flush();
  assert.deepEqual(values().slice(1), [[1, {}]]);
});

test("the default value stands for a minute with events of which none matched", async () => {
  await putMetricFilter("ERROR", { defaultValue: 0 });
  print("fine");
  await service.flush();
  clock.pass(60_000);
  print("fine");
  print("ERROR");
  await service.flush();
  clock.pass(60_000);
  clock.pass(60_000);
  assert.deepEqual(values(), [
    [0, {}],
    [1, {}],
  ]);
});

test("filters are in force again after a restart, gone after their deletion, and counted with their group", async () => {
  await putMetricFilter("ERROR");
  await service.close();
  service = newService();
  await service.open();
  print("ERROR");
  await service.flush();
  assert.equal(data.length, 1);
  const { logGroups } = await call<logs.DescribeLogGroupsResponse>("DescribeLogGroups", {});
  assert.equal(logGroups?.[0]?.metricFilterCount, 1);
  const { metricFilters } = await call<logs.DescribeMetricFiltersResponse>("DescribeMetricFilters", {
    ...{ metricName: "n", metricNamespace: "ns" },
  });
  assert.deepEqual(metricFilters, [
    {
      ...{ filterName: "f", filterPattern: "ERROR", creationTime: 1000, logGroupName: GROUP },
      metricTransformations: [{ metricName: "n", metricNamespace: "ns", metricValue: "1" }],
    },
  ]);
  await call("DeleteMetricFilter", { logGroupName: GROUP, filterName: "f" });
  print("ERROR");
  await service.flush();
  assert.equal(data.length, 1);
  await assert.rejects(call("DeleteMetricFilter", { logGroupName: GROUP, filterName: "f" }), {
    code: "ResourceNotFoundException",
  });
});

test("transformations that make no sense are refused", async () => {
  const invalid = { code: "InvalidParameterException" };
  await assert.rejects(putMetricFilter("x", { metricValue: "abc" }), invalid);
  await assert.rejects(putMetricFilter("x", { metricValue: "$.a" }), invalid);
  await assert.rejects(putMetricFilter("{ $.a = 1 }", { metricValue: "$.a b" }), invalid);
  await assert.rejects(
    putMetricFilter("{ $.a = 1 }", { dimensions: { d: "$.a" }, defaultValue: 0 }),
    invalid,
  );
  await assert.rejects(putMetricFilter("{ $.a = 1 }", { dimensions: { d: "a" } }), invalid);
  await assert.rejects(putMetricFilter("x", { dimensions: { d: "$.a" } }), invalid);
});

test("TestMetricFilter tells what matches and what is taken from it", async () => {
  const answer = await call<logs.TestMetricFilterResponse>("TestMetricFilter", {
    filterPattern: "{ $.n > 3 }",
    logEventMessages: ['{"n":1}', '{"n":5}', "text"],
  });
  assert.deepEqual(answer.matches, [
    { eventNumber: 2, eventMessage: '{"n":5}', extractedValues: { "$.n": "5" } },
  ]);
});

test("a subscriber gets the matching events of a stream in order, as AWS packs them", async () => {
  await subscribe("sub", "?ERROR ?WARN");
  print("ERROR one");
  print("INFO");
  print("WARN two");
  print("ERROR elsewhere", "t");
  clock.pass(10);
  assert.equal(received.length, 0);
  await service.flush();
  const [first, second] = received;
  assert.deepEqual(
    { ...first, logEvents: first?.logEvents.map(({ message }) => message) },
    {
      ...{ messageType: "DATA_MESSAGE", owner: "000000000000", logGroup: GROUP, logStream: "s" },
      ...{ subscriptionFilters: ["sub"], logEvents: ["ERROR one", "WARN two"] },
    },
  );
  assert.equal(second?.logStream, "t");
  const ids = received.flatMap(({ logEvents }) => logEvents.map(({ id }) => id));
  assert.equal(new Set(ids).size, 3);
  assert.ok(ids.every((id) => /^\d{56}$/.test(id)));
});

test("what does not fit into one event comes in several", async () => {
  await subscribe();
  for (let count = 0; count < 20; count++) print(randomBytes(6000).toString("hex"));
  await service.flush();
  assert.ok(received.length > 1);
  assert.equal(received.flatMap(({ logEvents }) => logEvents).length, 20);
  print(randomBytes(60_000).toString("hex"));
  await service.flush();
  assert.match(String(faults[0]), /too large for its subscriber/);
});

test("a subscriber that takes nothing now gets it later", async () => {
  await subscribe();
  refusals = 1;
  print("patience");
  const timers = clock.timers;
  const flushed = service.flush();
  while (refusals > 0 || clock.timers <= timers) await new Promise((resolve) => setImmediate(resolve));
  clock.pass(5000);
  await flushed;
  assert.equal(received[0]?.logEvents[0]?.message, "patience");
  assert.deepEqual(faults, []);
});

test("a function is not fed with its own log, nor without its permission, and a group has two subscribers at most", async () => {
  const invalid = { code: "InvalidParameterException" };
  statements = [];
  await assert.rejects(subscribe(), { ...invalid, message: /permission to execute your function/ });
  statements = [
    {
      ...ALLOWED,
      Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:logs:us-east-1:000000000000:log-group:x:*" } },
    },
  ];
  await assert.rejects(subscribe(), invalid);
  statements = [{ ...ALLOWED, Condition: { StringEquals: { "AWS:SourceAccount": "000000000000" } } }];
  await subscribe("one");
  await subscribe("two");
  await subscribe("two", "changed");
  await assert.rejects(subscribe("three"), { code: "LimitExceededException" });
  await assert.rejects(subscribe("four", "", `${ARN}s`), invalid);
  await assert.rejects(subscribe("five", "", "arn:aws:kinesis:us-east-1:000000000000:stream/s"), invalid);
  const { subscriptionFilters } = await call<logs.DescribeSubscriptionFiltersResponse>(
    "DescribeSubscriptionFilters",
    { logGroupName: GROUP },
  );
  assert.deepEqual(
    subscriptionFilters?.map((filter) => [filter.filterName, filter.filterPattern, filter.distribution]),
    [
      ["one", "", "ByLogStream"],
      ["two", "changed", "ByLogStream"],
    ],
  );
  // It was told to log here after it had become a subscriber.
  logGroupOfTarget = GROUP;
  print("changed");
  await service.flush();
  assert.deepEqual(received, []);
  await assert.rejects(subscribe("one"), { ...invalid, message: /logs to this log group/ });
});
