/** Alarms: what they say when they are made, and what they do when their state changes. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { cloudWatchClient, lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const MINUTE_MS = 60_000;

let server: TestServer;
let client: CloudWatchClient;

before(async () => {
  server = await startTestServer();
  client = cloudWatchClient(server.url);
});

after(() => server.stop());

/** One value in each of the last three minutes that are over. */
async function put(metric: string, value: number): Promise<void> {
  const MetricData = [1, 2, 3].map((ago) => ({
    MetricName: metric,
    Value: value,
    Timestamp: new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - ago * MINUTE_MS),
  }));
  await client.send(new PutMetricDataCommand({ Namespace: "Alarms", MetricData }));
}

async function putAlarm(name: string, more: Partial<PutMetricAlarmCommandInput> = {}): Promise<void> {
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName: name,
      Namespace: "Alarms",
      MetricName: name,
      Statistic: "Maximum",
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 10,
      ComparisonOperator: "GreaterThanThreshold",
      ...more,
    }),
  );
}

async function alarm(name: string) {
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  assert.equal(MetricAlarms.length, 1);
  return MetricAlarms[0] ?? {};
}

async function history(AlarmName: string, HistoryItemType: "Action" | "StateUpdate"): Promise<string[]> {
  const { AlarmHistoryItems = [] } = await client.send(
    new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType }),
  );
  return AlarmHistoryItems.map(({ HistorySummary = "" }) => HistorySummary);
}

describe("an alarm that is made", () => {
  it("is looked at at once", async () => {
    await put("high", 11);
    await putAlarm("high");
    const high = await alarm("high");
    assert.equal(high.StateValue, "ALARM");
    assert.match(
      high.StateReason ?? "",
      /^Threshold Crossed: 2 out of the last 2 datapoints \[11\.0 \(.*\), 11\.0 \(.*\)\] were greater than the threshold \(10\.0\) \(minimum 2 datapoints for INSUFFICIENT_DATA -> ALARM transition\)\.$/,
    );
    await put("low", 9);
    await putAlarm("low");
    assert.equal((await alarm("low")).StateValue, "OK");
  });

  it("without data stays as it began, and as missing data are treated", async () => {
    await putAlarm("none");
    const none = await alarm("none");
    assert.equal(none.StateValue, "INSUFFICIENT_DATA");
    assert.equal(none.StateReason, "Unchecked: Initial alarm creation");
    await putAlarm("breaching", { TreatMissingData: "breaching" });
    assert.equal((await alarm("breaching")).StateValue, "ALARM");
    await putAlarm("notBreaching", { TreatMissingData: "notBreaching" });
    assert.equal((await alarm("notBreaching")).StateValue, "OK");
  });

  it("may watch an expression", async () => {
    await put("part", 1);
    await put("whole", 4);
    const stat = (MetricName: string) => ({
      Metric: { Namespace: "Alarms", MetricName },
      Period: 60,
      Stat: "Sum",
    });
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName: "share",
        EvaluationPeriods: 1,
        Threshold: 20,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        Metrics: [
          { Id: "p", MetricStat: stat("part"), ReturnData: false },
          { Id: "w", MetricStat: stat("whole"), ReturnData: false },
          { Id: "e", Expression: "100 * p / w", Label: "share" },
        ],
      }),
    );
    assert.equal((await alarm("share")).StateValue, "ALARM");
  });

  it("is found by its metric, tagged, and gone when it is deleted", async () => {
    await putAlarm("found", { Dimensions: [{ Name: "A", Value: "1" }], Tags: [{ Key: "a", Value: "1" }] });
    const query = { Namespace: "Alarms", MetricName: "found" };
    const bare = await client.send(new DescribeAlarmsForMetricCommand(query));
    assert.deepEqual(bare.MetricAlarms, []);
    const Dimensions = [{ Name: "A", Value: "1" }];
    const found = await client.send(new DescribeAlarmsForMetricCommand({ ...query, Dimensions }));
    const ResourceARN = found.MetricAlarms?.[0]?.AlarmArn;
    assert.equal(ResourceARN, "arn:aws:cloudwatch:us-east-1:000000000000:alarm:found");
    await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: "b", Value: "2" }] }));
    await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ["a"] }));
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
    assert.deepEqual(Tags, [{ Key: "b", Value: "2" }]);
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ["found"] }));
    const refusal = await refusalOf(client.send(new DeleteAlarmsCommand({ AlarmNames: ["found"] })));
    assert.deepEqual([refusal.name, refusal.status], ["ResourceNotFound", 400]);
  });

  it("is refused when it makes no sense", async () => {
    const refused = async (more: Partial<PutMetricAlarmCommandInput>) =>
      (await refusalOf(putAlarm("bad", more))).name;
    assert.equal(await refused({ Statistic: undefined }), "InvalidParameterCombinationException");
    assert.equal(await refused({ Period: 61 }), "InvalidParameterValueException");
    assert.equal(await refused({ DatapointsToAlarm: 3 }), "ValidationException");
    assert.equal(await refused({ EvaluationPeriods: 2000 }), "ValidationException");
    assert.equal(await refused({ TreatMissingData: "maybe" }), "InvalidParameterValueException");
  });
});

describe("an alarm whose state changes", () => {
  const source = "import json\ndef lambda_handler(event, context):\n    print('alarm', json.dumps(event))\n";
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:notified";

  /** What the function was told, by the alarm's name. */
  async function told(name: string): Promise<Record<string, unknown>[]> {
    const { events = [] } = await logsClient(server.url).send(
      new FilterLogEventsCommand({ logGroupName: "/aws/lambda/notified", filterPattern: '"alarm"' }),
    );
    return events
      .map(({ message = "" }) => JSON.parse(message.slice("alarm ".length)) as Record<string, unknown>)
      .filter(({ alarmData }) => (alarmData as { alarmName: string }).alarmName === name);
  }

  before(() => createFunction(lambdaClient(server.url), "notified", pythonZip(source)));

  it("calls a function with AWS's event", async () => {
    await put("calling", 11);
    await putAlarm("calling", { AlarmActions: [arn], AlarmDescription: "too high" });
    const event = await waitFor(
      "the function to be called",
      async () => (await told("calling").catch(() => []))[0],
    );
    const { alarmData, time, ...rest } = event as { alarmData: Record<string, unknown>; time: string };
    assert.deepEqual(rest, {
      source: "aws.cloudwatch",
      alarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:calling",
      accountId: "000000000000",
      region: "us-east-1",
    });
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    const { state, previousState, configuration = {} } = alarmData as Record<string, Record<string, unknown>>;
    assert.equal(state?.["value"], "ALARM");
    assert.equal(previousState?.["value"], "INSUFFICIENT_DATA");
    const [metric] = configuration["metrics"] as Record<string, unknown>[];
    assert.equal(configuration["description"], "too high");
    assert.deepEqual(metric?.["metricStat"], {
      metric: { namespace: "Alarms", name: "calling", dimensions: {} },
      period: 60,
      stat: "Maximum",
    });
    assert.deepEqual(await history("calling", "Action"), [`Successfully executed action ${arn}`]);
  });

  it("by hand does the same, and only when the value is another one", async () => {
    await putAlarm("by-hand", { OKActions: [arn], TreatMissingData: "ignore" });
    const set = (StateValue: "OK" | "ALARM") =>
      client.send(new SetAlarmStateCommand({ AlarmName: "by-hand", StateValue, StateReason: "test" }));
    for (const value of ["OK", "OK", "ALARM", "OK"] as const) await set(value);
    await waitFor("two events", async () => ((await told("by-hand")).length >= 2 ? true : undefined));
    assert.deepEqual(await history("by-hand", "StateUpdate"), [
      "Alarm updated from ALARM to OK",
      "Alarm updated from OK to ALARM",
      "Alarm updated from INSUFFICIENT_DATA to OK",
    ]);
    assert.equal((await told("by-hand")).length, 2);
  });

  it("says in its history what it could not do", async () => {
    const absent = `${arn}-not`;
    const topic = "arn:aws:sns:us-east-1:000000000000:t";
    const other = "arn:aws:automate:us-east-1:ec2:stop";
    await putAlarm("failing", { AlarmActions: [absent, topic, other], TreatMissingData: "ignore" });
    const state = { AlarmName: "failing", StateValue: "ALARM", StateReason: "test" } as const;
    await client.send(new SetAlarmStateCommand(state));
    const { AlarmHistoryItems = [] } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: "failing", HistoryItemType: "Action" }),
    );
    const errors = AlarmHistoryItems.toReversed().map(
      ({ HistoryData = "" }) => (JSON.parse(HistoryData) as { error?: string }).error ?? "",
    );
    assert.match(errors[0] ?? "", /^Function not found: /);
    assert.match(errors[1] ?? "", /LAMBKIN_SNS_ENDPOINT_URL/);
    assert.match(errors[2] ?? "", /not carried out/);
  });

  it("does nothing while its actions are disabled", async () => {
    await putAlarm("silent", { AlarmActions: [arn], TreatMissingData: "ignore" });
    await client.send(new DisableAlarmActionsCommand({ AlarmNames: ["silent"] }));
    const state = { AlarmName: "silent", StateValue: "ALARM", StateReason: "test" } as const;
    await client.send(new SetAlarmStateCommand(state));
    assert.deepEqual(await history("silent", "Action"), []);
    assert.equal((await alarm("silent")).ActionsEnabled, false);
  });
});
