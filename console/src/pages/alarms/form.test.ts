/** The alarm's form, there and back, and alarms in words. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { formOf, isSimple, mistakesIn, NEW_ALARM, requestOf } from "./form.ts";
import { condition, seconds } from "./words.ts";

const ALARM: MetricAlarm = {
  AlarmName: "slow",
  Namespace: "AWS/Lambda",
  MetricName: "Duration",
  Dimensions: [{ Name: "FunctionName", Value: "orders" }],
  ExtendedStatistic: "p95",
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  Threshold: 250.5,
  Period: 300,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  TreatMissingData: "ignore",
  AlarmActions: ["arn:aws:lambda:us-east-1:000000000000:function:pager"],
  ActionsEnabled: false,
};

describe("the alarm's form", () => {
  it("changes what was changed and keeps all else, actions among it", () => {
    const request = requestOf({ ...formOf(ALARM), threshold: "300" }, ALARM);
    const told = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
    assert.deepEqual(told, { ...ALARM, Threshold: 300 });
  });

  it("tells plain statistics from percentiles", () => {
    const request = requestOf({ ...NEW_ALARM, name: " failing " }, undefined);
    assert.equal(request.AlarmName, "failing");
    assert.equal(request.Statistic, "Sum");
    assert.equal(request.ExtendedStatistic, undefined);
    assert.deepEqual(request.Dimensions, []);
  });

  it("says what is wrong where it is wrong", () => {
    const wrong = { ...NEW_ALARM, threshold: "much", periods: "1.5", periodsToAlarm: "0" };
    assert.deepEqual(Object.keys(mistakesIn(wrong)).sort(), [
      "name",
      "periods",
      "periodsToAlarm",
      "threshold",
    ]);
    const tooMany = mistakesIn({ ...NEW_ALARM, name: "a", periods: "2", periodsToAlarm: "3" });
    assert.deepEqual(Object.keys(tooMany), ["periodsToAlarm"]);
    assert.deepEqual(mistakesIn({ ...NEW_ALARM, name: "a", threshold: "-1e3" }), {});
  });

  it("leaves alone what it could not show", () => {
    assert.equal(isSimple(ALARM), true);
    assert.equal(isSimple({ ...ALARM, Namespace: "Shop" }), false);
    assert.equal(isSimple({ ...ALARM, Metrics: [{ Id: "m1", Expression: "1 + 1" }] }), false);
    assert.equal(isSimple({ ...ALARM, Dimensions: [{ Name: "Resource", Value: "orders:1" }] }), false);
  });
});

describe("alarms in words", () => {
  it("are what they watch, and for how long", () => {
    assert.equal(condition(ALARM), "Duration (p95) ≥ 250.5 in 2 of 3 periods of 5 minutes");
    const one = { ...ALARM, EvaluationPeriods: 1, DatapointsToAlarm: undefined, Period: 60 };
    assert.equal(condition(one), "Duration (p95) ≥ 250.5 in 1 period of 1 minute");
    assert.deepEqual([60, 90, 7200, 86_400].map(seconds), ["1 minute", "90 seconds", "2 hours", "1 day"]);
  });
});
