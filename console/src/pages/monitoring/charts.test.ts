/** What is asked of CloudWatch, and what is drawn of its answers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawn, queriesOf } from "./charts.ts";

const SPAN = { fromMs: 0, untilMs: 180_000, periodSeconds: 60 };
const ALL = { functionName: undefined, qualifier: undefined };

function series(id: string, points: readonly (readonly [number, number])[]) {
  return { id, label: id, points: new Map(points) };
}

describe("charts of metrics", () => {
  it("ask by function and by what callers named, except for what is counted for the function alone", () => {
    const dimensions = (id: string) =>
      queriesOf({ functionName: "f", qualifier: "live" }, 60)
        .find(({ Id }) => Id === id)
        ?.MetricStat?.Metric?.Dimensions?.map(({ Name, Value }) => `${Name}=${Value}`);
    assert.deepEqual(dimensions("invocations"), ["FunctionName=f", "Resource=f:live"]);
    assert.deepEqual(dimensions("concurrent"), ["FunctionName=f"]);
    assert.deepEqual(queriesOf(ALL, 60)[0]?.MetricStat?.Metric?.Dimensions, []);
  });

  it("count nothing as nothing, and make up no durations", () => {
    const charts = drawn([series("invocations", [[60_000, 4]]), series("p50", [[60_000, 7]])], SPAN, ALL);
    const calls = charts.find(({ id }) => id === "calls")?.lines[0];
    assert.deepEqual(
      calls?.points.map(({ y }) => y),
      [0, 4, 0],
    );
    assert.equal(calls?.summary, 4);
    const p50 = charts.find(({ id }) => id === "duration")?.lines[0];
    assert.deepEqual(p50?.points, [{ x: new Date(60_000), y: 7 }]);
  });

  it("reckon the success rate of each period, and of all calls", () => {
    const answers = [
      series("invocations", [
        [0, 1],
        [60_000, 3],
        [120_000, 0],
      ]),
      series("errors", [[0, 1]]),
    ];
    const rate = drawn(answers, SPAN, ALL).find(({ id }) => id === "success-rate")?.lines[0];
    assert.deepEqual(
      rate?.points.map(({ y }) => y),
      [0, 100],
    );
    assert.equal(rate?.summary, 75);
  });

  it("leave out provisioned concurrency where there is none, and have no lines where there is no value", () => {
    const charts = drawn([], SPAN, ALL);
    assert.ok(charts.every(({ lines }) => lines.length === 0));
    assert.ok(!charts.some(({ id }) => id === "provisioned"));
    const some = drawn([series("inuse", [[0, 1]])], SPAN, ALL);
    assert.ok(some.some(({ id }) => id === "provisioned"));
  });
});
