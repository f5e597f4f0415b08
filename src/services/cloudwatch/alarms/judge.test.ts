/** The tables of AWS's alarm documentation, "Configuring how CloudWatch alarms treat missing data". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Rule } from "./judge.ts";

/** `0` is within the threshold, `X` beyond it, `-` is missing. */
function states(points: string, evaluationPeriods: number, datapointsToAlarm: number) {
  const values = points.split(" ").map((point) => ({ "0": 0, X: 1, "-": undefined })[point]);
  const treated = (missing: Rule["missing"]) => {
    const rule = { evaluationPeriods, datapointsToAlarm, isBreaching: (value: number) => value > 0, missing };
    return judge(rule, values).state ?? "kept";
  };
  return [treated("missing"), treated("ignore"), treated("breaching"), treated("notBreaching")].join(" ");
}

test("three of three", () => {
  const table = {
    "0 - X - X": "OK OK OK OK",
    "- - - - 0": "OK OK OK OK",
    "- - - - -": "INSUFFICIENT_DATA kept ALARM OK",
    "0 X X - X": "ALARM ALARM ALARM ALARM",
    "- - X - -": "ALARM kept ALARM OK",
  };
  for (const [points, expected] of Object.entries(table))
    assert.equal(states(points, 3, 3), expected, points);
});

test("two of three", () => {
  const table = {
    "0 - X - X": "ALARM ALARM ALARM ALARM",
    "0 0 X 0 X": "ALARM ALARM ALARM ALARM",
    "0 - X - -": "OK OK ALARM OK",
    "- - - - 0": "OK OK ALARM OK",
    "- - - X -": "ALARM kept ALARM OK",
  };
  for (const [points, expected] of Object.entries(table))
    assert.equal(states(points, 3, 2), expected, points);
});

test("one value that has just come makes no alarm that needs three", () => {
  assert.equal(states("- - - - X", 3, 3), "kept kept ALARM OK");
});

test("one of one", () => {
  assert.equal(states("0 0 X", 1, 1), "ALARM ALARM ALARM ALARM");
  assert.equal(states("X X 0", 1, 1), "OK OK OK OK");
});
