/** What the metric store keeps, adds up, rolls up and forgets. */
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { MetricAggregate } from "../../model/mod.ts";
import type { MetricRange, MetricSeries, MetricWrite } from "../metric-store.ts";
import { openMetricDatabase } from "./metric-schema.ts";
import { SqliteMetricStore } from "./metric-store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const SCOPE = { accountId: "000000000000", region: "us-east-1" };
/** A whole hour. */
const NOW_MS = 480_000 * 60 * MINUTE_MS;

function opened(t: TestContext, options: { seriesMax?: number } = {}) {
  const db: DatabaseSync = openMetricDatabase(":memory:");
  t.after(() => db.close());
  return { db, store: new SqliteMetricStore(db, options) };
}

function series(more: Partial<MetricSeries> = {}): MetricSeries {
  return { scope: SCOPE, namespace: "N", name: "M", dimensions: {}, unit: "Count", ...more };
}

function write(startMs: number, values: readonly number[], more: Partial<MetricSeries> = {}): MetricWrite {
  const aggregate = new MetricAggregate();
  for (const value of values) aggregate.add(value);
  return { series: series(more), startMs, values: aggregate };
}

const EVERYTHING: MetricRange = {
  ...{ namespace: "N", name: "M", dimensions: {}, unit: undefined, fromMs: 0, untilMs: NOW_MS + DAY_MS },
};

test("what is written for the same minute adds up", async (t) => {
  const { store } = opened(t);
  await store.add([write(NOW_MS, [1, 2]), write(NOW_MS, [10]), write(NOW_MS + MINUTE_MS, [5])]);
  await store.add([write(NOW_MS, [3])]);
  const read = await store.read(SCOPE, EVERYTHING);
  assert.deepEqual(
    read.map(({ startMs, values }) => [startMs - NOW_MS, values.count, values.sum, values.maximum]),
    [
      [0, 4, 16, 10],
      [MINUTE_MS, 1, 5, 5],
    ],
  );
  assert.ok(Math.abs((read[0]?.values.percentile(75) ?? 0) - 3) < 0.03);
});

test("units are apart, the order of dimensions is not", async (t) => {
  const { store } = opened(t);
  await store.add([
    write(NOW_MS, [1], { dimensions: { a: "1", b: "2" } }),
    write(NOW_MS, [2], { dimensions: { b: "2", a: "1" } }),
    write(NOW_MS, [4], { dimensions: { a: "1", b: "2" }, unit: "Bytes" }),
  ]);
  const range = { ...EVERYTHING, dimensions: { b: "2", a: "1" } };
  const units = (await store.read(SCOPE, range)).map(({ unit, values }) => [unit, values.sum]);
  assert.deepEqual(units.sort(), [
    ["Bytes", 4],
    ["Count", 3],
  ]);
  assert.equal((await store.read(SCOPE, { ...range, unit: "Bytes" })).length, 1);
  assert.equal((await store.read({ ...SCOPE, region: "eu-west-1" }, range)).length, 0);
  const listed = await store.list(SCOPE, { dimensions: [], activeSinceMs: 0, limit: 10 });
  assert.deepEqual(listed, [{ namespace: "N", name: "M", dimensions: { a: "1", b: "2" } }]);
});

test("periods are put together where distributions are not wanted, and long ranges come in pieces", async (t) => {
  const { store } = opened(t);
  const minutes = Array.from({ length: 4500 }, (_, minute) => minute);
  await store.add(minutes.map((minute) => write(NOW_MS + minute * MINUTE_MS, [1, minute])));
  await store.add(minutes.map((minute) => write(NOW_MS + minute * MINUTE_MS, [7], { unit: "Bytes" })));
  const range = { ...EVERYTHING, fromMs: NOW_MS, untilMs: NOW_MS + 4500 * MINUTE_MS };
  const all = await store.read(SCOPE, range);
  assert.equal(all.length, 9000);
  assert.equal(new Set(all.map(({ unit, startMs }) => `${unit}/${startMs}`)).size, 9000);
  assert.equal(all.filter(({ values }) => values.percentile(99) === undefined).length, 0);
  const periods = await store.read(SCOPE, { ...range, unit: "Count", periodMs: 5 * MINUTE_MS });
  assert.equal(periods.length, 900);
  const last = periods.at(-1);
  assert.equal(last?.startMs, NOW_MS + 4495 * MINUTE_MS);
  assert.deepEqual([last?.values.count, last?.values.minimum, last?.values.maximum], [10, 1, 4499]);
});

test("lists filter by dimensions and last use, and go on after a page", async (t) => {
  const { store } = opened(t);
  const names = ["a", "b", "c"];
  await store.add(names.map((name) => write(NOW_MS, [1], { name, dimensions: { of: name } })));
  await store.add([write(NOW_MS - DAY_MS, [1], { name: "old" })]);
  const query = { dimensions: [], activeSinceMs: NOW_MS - MINUTE_MS, limit: 2 };
  const first = await store.list(SCOPE, query);
  const second = await store.list(SCOPE, { ...query, after: first[1] });
  assert.deepEqual(
    [...first, ...second].map(({ name }) => name),
    names,
  );
  const byValue = { ...query, dimensions: [{ name: "of", value: "b" }] };
  assert.deepEqual(
    (await store.list(SCOPE, byValue)).map(({ name }) => name),
    ["b"],
  );
  const byName = { ...query, limit: 9, dimensions: [{ name: "of", value: undefined }] };
  assert.equal((await store.list(SCOPE, byName)).length, 3);
});

test("old minutes become five minutes, then hours, then nothing, and sums stay what they were", async (t) => {
  const { store, db } = opened(t);
  const at = (days: number, minute: number) => NOW_MS - days * DAY_MS + minute * MINUTE_MS;
  const minutes = Array.from({ length: 60 }, (_, minute) => minute);
  for (const days of [10, 40, 100, 500]) {
    await store.add(minutes.map((minute) => write(at(days, minute), [minute])));
  }
  await store.enforceBounds(NOW_MS);
  await store.enforceBounds(NOW_MS);
  const read = await store.read(SCOPE, EVERYTHING);
  const of = (days: number) =>
    read
      .filter(({ startMs }) => startMs >= at(days, 0) && startMs < at(days, 60))
      .map(({ values }) => values);
  assert.deepEqual([of(10).length, of(40).length, of(100).length, of(500).length], [60, 12, 1, 0]);
  const sum = (59 * 60) / 2;
  for (const days of [10, 40, 100]) {
    assert.equal(
      of(days).reduce((total, values) => total + values.sum, 0),
      sum,
    );
  }
  const [hour] = of(100);
  assert.equal(hour?.count, 60);
  assert.ok(Math.abs((hour?.percentile(50) ?? 0) - 29) < 0.6);
  assert.equal(db.prepare("SELECT COUNT(*) AS n FROM series").get()?.["n"], 1);
});

test("a metric that has no values left is forgotten", async (t) => {
  const { store, db } = opened(t);
  await store.add([write(NOW_MS - 500 * DAY_MS, [1])]);
  for (let round = 0; round < 3; round++) await store.enforceBounds(NOW_MS);
  assert.equal(db.prepare("SELECT COUNT(*) AS n FROM series").get()?.["n"], 0);
  await store.add([write(NOW_MS, [1])]);
  assert.equal((await store.read(SCOPE, EVERYTHING)).length, 1);
});

test("one metric too many is dropped and counted, the others go on", async (t) => {
  const { store } = opened(t, { seriesMax: 2 });
  const add = (...names: string[]) => store.add(names.map((name) => write(NOW_MS, [1], { name })));
  assert.deepEqual(await add("a", "b", "c"), { dropped: 1 });
  assert.deepEqual(await add("a", "d"), { dropped: 1 });
  assert.equal((await store.read(SCOPE, { ...EVERYTHING, name: "a" }))[0]?.values.count, 2);
});
