/** What happens at the turn of each minute, with time in hand. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { HandClock } from "../../../testkit/hand-clock.ts";
import type { RequestContext } from "../../model/mod.ts";
import { MetricBuffer } from "../../observe/mod.ts";
import { openMetricDatabase, SqliteAlarmStore, SqliteMetricStore } from "../../store/mod.ts";
import type { AlarmConfiguration } from "./alarms/configuration.ts";
import { CloudWatch } from "./cloud-watch.ts";

const MINUTE_MS = 60_000;
const CONTEXT = { accountId: "000000000000", region: "us-east-1" } as RequestContext;
const TARGET = "arn:aws:lambda:us-east-1:000000000000:function:f";

function setUp(t: TestContext) {
  const clock = new HandClock();
  const db = openMetricDatabase(":memory:");
  const faults: unknown[] = [];
  const reportFault = (error: unknown): void => void faults.push(error);
  const store = new SqliteMetricStore(db);
  const alarmStore = new SqliteAlarmStore<AlarmConfiguration>(db);
  const buffer = new MetricBuffer({ store, clock, reportFault });
  const called: object[] = [];
  let samples = 0;
  const cloudWatch = new CloudWatch({
    ...{ store, buffer, alarmStore, clock, reportFault },
    ports: {
      invokeFunction: async (_, __, event) => void called.push(event),
      publish: undefined,
    },
    sample: () => {
      samples++;
    },
  });
  cloudWatch.start();
  t.after(async () => {
    await cloudWatch.close();
    db.close();
    assert.deepEqual(faults, []);
  });
  /** Until the turn of the next minute is dealt with: then another one is waited for. */
  const nextMinute = async (): Promise<void> => {
    clock.pass(MINUTE_MS - (clock.nowMs() % MINUTE_MS));
    while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  const put = (value: number): void =>
    buffer.put({
      ...{ scope: CONTEXT, namespace: "N", name: "M", dimensions: {}, unit: "None" },
      ...{ timestampMs: clock.nowMs(), value },
    });
  const putAlarm = async (more: Partial<PutMetricAlarmInput>): Promise<void> => {
    const input: PutMetricAlarmInput = {
      ...{ AlarmName: "a", Namespace: "N", MetricName: "M", Statistic: "Sum", Period: 60 },
      ...{ EvaluationPeriods: 1, Threshold: 5, ComparisonOperator: "GreaterThanThreshold" },
      ...{ AlarmActions: [TARGET] },
      ...more,
    };
    await cloudWatch.operations["PutMetricAlarm"]?.(input as never, CONTEXT);
  };
  const state = async () => (await alarmStore.find(CONTEXT, "a"))?.state.value;
  return { clock, called, nextMinute, put, putAlarm, state, samples: () => samples };
}

test("an alarm follows its metric from minute to minute, and acts once for a change", async (t) => {
  const { nextMinute, put, putAlarm, state, called } = setUp(t);
  await putAlarm({});
  assert.equal(await state(), "INSUFFICIENT_DATA");
  const seen = [];
  for (const value of [1, 9, 9, 2]) {
    put(value);
    await nextMinute();
    seen.push(await state());
  }
  assert.deepEqual(seen, ["OK", "ALARM", "ALARM", "OK"]);
  assert.equal(called.length, 1);
});

test("the minute that is not over is not looked at", async (t) => {
  const { nextMinute, put, putAlarm, state } = setUp(t);
  put(9);
  await putAlarm({});
  assert.equal(await state(), "INSUFFICIENT_DATA");
  await nextMinute();
  assert.equal(await state(), "ALARM");
});

test("two of three are enough, and a percentile can be watched", async (t) => {
  const { nextMinute, put, putAlarm, state } = setUp(t);
  const watched = {
    Statistic: undefined,
    ExtendedStatistic: "p50",
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
  };
  await putAlarm(watched);
  const seen = [];
  for (const value of [9, 1, 9, 1, 1]) {
    put(value);
    await nextMinute();
    seen.push(await state());
  }
  assert.deepEqual(seen.slice(2), ["ALARM", "OK", "OK"]);
});

test("longer periods end with the minute that is over", async (t) => {
  const { nextMinute, put, putAlarm, state } = setUp(t);
  await putAlarm({ Period: 180 });
  for (const value of [2, 2, 2]) {
    put(value);
    await nextMinute();
  }
  assert.equal(await state(), "ALARM");
});

test("without values an alarm goes to where missing data lead", async (t) => {
  const { nextMinute, put, putAlarm, state } = setUp(t);
  await putAlarm({});
  put(9);
  await nextMinute();
  assert.equal(await state(), "ALARM");
  for (let minute = 0; minute < 3; minute++) await nextMinute();
  assert.equal(await state(), "INSUFFICIENT_DATA");
});

test("what is looked at is sampled once a minute", async (t) => {
  const { nextMinute, samples } = setUp(t);
  for (let minute = 0; minute < 3; minute++) await nextMinute();
  assert.equal(samples(), 3);
});
