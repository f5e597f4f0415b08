/** Which metrics are in a line, and which lines are only lines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricDatum } from "../../model/mod.ts";
import { embeddedMetrics, metricsIn } from "./embedded-metrics.ts";

const STREAM = { accountId: "000000000000", region: "us-east-1", group: "g", stream: "s" };
const NOW_MS = 1_700_000_000_000;

function found(message: string): MetricDatum[] {
  return metricsIn(STREAM, { timestampMs: NOW_MS, message });
}

function line(directive: object, more: object = {}, Timestamp: unknown = NOW_MS - 5): string {
  return JSON.stringify({
    _aws: { Timestamp, CloudWatchMetrics: [directive] },
    a: "1",
    b: "2",
    n: 7,
    many: [1, 2],
    ...more,
  });
}

const DIRECTIVE = {
  Namespace: "N",
  Dimensions: [["a"], ["a", "b"]],
  Metrics: [{ Name: "n", Unit: "Count" }],
};

test("one datum for each set of dimensions and each value", () => {
  const [first, second, ...rest] = found(line(DIRECTIVE));
  const scope = { accountId: "000000000000", region: "us-east-1" };
  const common = { scope, namespace: "N", name: "n", unit: "Count", timestampMs: NOW_MS - 5, value: 7 };
  assert.deepEqual(first, { ...common, dimensions: { a: "1" } });
  assert.deepEqual(second, { ...common, dimensions: { a: "1", b: "2" } });
  assert.deepEqual(rest, []);
  const many = found(line({ ...DIRECTIVE, Dimensions: [[]], Metrics: [{ Name: "many" }] }));
  assert.deepEqual(
    many.map(({ value, unit, dimensions }) => [value, unit, dimensions]),
    [
      [1, "None", {}],
      [2, "None", {}],
    ],
  );
});

test("words before the JSON, as runtimes write them, are passed over", () => {
  assert.equal(found(`2026-11-21T10:00:00.000Z\tid\tINFO\t${line(DIRECTIVE)}\n`).length, 2);
});

test("what does not follow the format is nothing but a line", () => {
  const wrong = [
    "not JSON",
    '{"_aws": 1}',
    '{"_aws": {"CloudWatchMetrics": {}}}',
    line({ ...DIRECTIVE, Namespace: "" }),
    line({ ...DIRECTIVE, Dimensions: [["absent"]] }),
    line({ ...DIRECTIVE, Dimensions: "a" }),
    line({ ...DIRECTIVE, Metrics: [{ Name: "absent" }] }),
    line(DIRECTIVE, { n: "7" }),
    line(DIRECTIVE, {}, "yesterday"),
    line(DIRECTIVE, {}, NOW_MS - 15 * 24 * 3_600_000),
    line(DIRECTIVE).slice(0, -1),
    `${"[".repeat(100_000)}"_aws"`,
  ];
  for (const message of wrong) assert.deepEqual(found(message), [], message.slice(0, 200));
});

test("most lines are not looked into", () => {
  const put: MetricDatum[] = [];
  const tap = embeddedMetrics((datum) => void put.push(datum));
  tap(STREAM, { timestampMs: NOW_MS, message: '{"hello": 1}' });
  tap(STREAM, { timestampMs: NOW_MS, message: line(DIRECTIVE) });
  assert.equal(put.length, 2);
});

test("a flood of values is passed over until the next second", () => {
  let count = 0;
  const tap = embeddedMetrics(() => {
    count++;
  });
  const many = Array.from({ length: 100 }, (_, index) => index);
  const flood = line(
    { ...DIRECTIVE, Metrics: Array.from({ length: 100 }, () => ({ Name: "many" })) },
    { many },
  );
  for (let round = 0; round < 10; round++) tap(STREAM, { timestampMs: NOW_MS, message: flood });
  assert.equal(count, 50_000);
  tap(STREAM, { timestampMs: NOW_MS + 1000, message: line(DIRECTIVE) });
  assert.equal(count, 50_002);
});
