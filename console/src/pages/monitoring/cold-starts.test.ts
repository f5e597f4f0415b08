/** Prometheus' text, and cold starts out of it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { barsOf, type Reading, readingOf, totalOf, withReading } from "./cold-starts.ts";
import { parseSamples } from "./prometheus-text.ts";

const HERE = { account: "000000000000", region: "us-east-1" };

function reading(atMs: number, counts: Readonly<Record<string, number>>): Reading {
  return { atMs, byFunction: new Map(Object.entries(counts)) };
}

describe("Prometheus' text", () => {
  it("is read with its labels, escapes and comments", () => {
    const text = [
      "# HELP a_total What it is.",
      "# TYPE a_total counter",
      String.raw`a_total{one="x, y}",two="a \"b\" \\ c\nd"} 3`,
      "",
      "plain 1.5e3 1700000000000",
      'bucket{le="+Inf"} +Inf',
      "not a sample at all",
    ].join("\n");
    assert.deepEqual(parseSamples(text), [
      { name: "a_total", labels: { one: "x, y}", two: 'a "b" \\ c\nd' }, value: 3 },
      { name: "plain", labels: {}, value: 1500 },
      { name: "bucket", labels: { le: "+Inf" }, value: Infinity },
    ]);
  });
});

describe("cold starts", () => {
  it("are those of this account and region", () => {
    const line = (account: string, name: string, value: number): string =>
      `lambkin_cold_starts_total{account="${account}",region="us-east-1",function="${name}"} ${value}`;
    const text = [line("000000000000", "a", 2), line("000000000000", "b", 3), line("111111111111", "a", 9)];
    const read = readingOf(text.join("\n"), HERE);
    assert.equal(totalOf(read, undefined), 5);
    assert.equal(totalOf(read, "b"), 3);
    assert.equal(totalOf(read, "unknown"), 0);
  });

  it("are the difference between readings, and begin anew with the server", () => {
    const readings = [reading(0, { a: 2 }), reading(5, { a: 5, b: 1 }), reading(10, { a: 1 })];
    assert.deepEqual(barsOf(readings, undefined), [
      { fromMs: 0, untilMs: 5, count: 4 },
      { fromMs: 5, untilMs: 10, count: 1 },
    ]);
    assert.deepEqual(
      barsOf(readings, "b").map(({ count }) => count),
      [1, 0],
    );
  });

  it("are put together when there are many readings, and none is lost", () => {
    let readings: readonly Reading[] = [];
    for (let turn = 0; turn <= 100; turn++) readings = withReading(readings, reading(turn, { a: turn }));
    const bars = barsOf(readings, "a");
    assert.ok(bars.length <= 30);
    assert.equal(
      bars.reduce((sum, { count }) => sum + count, 0),
      100,
    );
  });
});
