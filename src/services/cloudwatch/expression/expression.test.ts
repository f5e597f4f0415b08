/** Expressions that are read and worked out alone: what binds how, what is refused, and what must not take long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiError } from "../../../errors/mod.ts";
import { MetricAggregate } from "../../../model/mod.ts";
import { statisticOf } from "../statistics.ts";
import { evaluate, type Surroundings } from "./evaluate.ts";
import { parseExpression } from "./parse.ts";
import { parseSearch } from "./search.ts";
import type { TimeSeries, Value } from "./time-series.ts";

const MINUTE_MS = 60_000;

function around(series: Readonly<Record<string, TimeSeries>>, times: number): Surroundings {
  const many = Object.values(series);
  return {
    valueOf: async (id) => series[id] ?? 0,
    metrics: async () => many,
    search: async () => many,
    grid: { periodMs: MINUTE_MS, timesMs: Array.from({ length: times }, (_, index) => index * MINUTE_MS) },
  };
}

function work(text: string, surroundings = around({}, 1)): Promise<Value> {
  return evaluate(parseExpression(text), surroundings);
}

/** A point in each minute, the first two missing. */
const A = { label: "a", points: new Map([2, 3, 4].map((minute) => [minute * MINUTE_MS, minute])) };

test("operators bind as in mathematics", async () => {
  const table = {
    "1 + 2 * 3": 7,
    "(1 + 2) * 3": 9,
    "2 ^ 3 ^ 2": 512,
    "8 - 4 - 2": 2,
    "-2 + 5": 3,
    "1 < 2 AND 3 > 4": 0,
    "1 > 2 OR 2 == 2": 1,
    "10 / 4": 2.5,
    "1.5e1 + .5": 15.5,
  };
  for (const [text, expected] of Object.entries(table)) assert.equal(await work(text), expected, text);
});

test("what cannot be read is refused, never more", async () => {
  for (const text of ["", "1 +", ")", "(1", "f(1", "f(1 2)", "1 2", "a $ b", '"open', "[1,", "1..2"]) {
    assert.throws(() => parseExpression(text), ApiError, text);
  }
  assert.throws(() => parseExpression(`${"(".repeat(1000)}1`), ApiError);
  const characters = fc.constantFrom(..."ab12+-*/^()[],.<>=! \"'ANDFIL".split(""));
  await fc.assert(
    fc.asyncProperty(fc.array(characters, { maxLength: 30 }), async (text) => {
      try {
        await work(text.join(""), around({ a: A }, 5));
      } catch (error) {
        assert.ok(error instanceof ApiError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test("several with several is refused, several with one is each with it", async () => {
  const two = around({ a: A, b: A }, 5);
  await assert.rejects(work("METRICS() * METRICS()", two), ApiError);
  assert.equal(((await work("METRICS() * 2", two)) as TimeSeries[]).length, 2);
});

test("gaps are filled from both sides as they can be", async () => {
  const filled = async (text: string) => [
    ...((await work(text, around({ a: A }, 7))) as TimeSeries).points.values(),
  ];
  assert.deepEqual(await filled("FILL(a, 0)"), [0, 0, 2, 3, 4, 0, 0]);
  assert.deepEqual(await filled("FILL(a, REPEAT)"), [2, 3, 4, 4, 4]);
  assert.deepEqual(await filled("FILL(a, LINEAR)"), [2, 3, 4]);
});

test("a hundred thousand times do not take long", async () => {
  const times = 100_000;
  const every = {
    label: "a",
    points: new Map(Array.from({ length: times / 2 }, (_, at) => [at * 2 * MINUTE_MS, at])),
  };
  const startedMs = performance.now();
  for (const text of ["FILL(a, LINEAR)", "MAX(a)", "SUM(METRICS())", "a * 2 + a", "STDDEV([a, a])"]) {
    await work(text, around({ a: every }, times));
  }
  assert.ok(performance.now() - startedMs < 10_000);
});

test("searches are read without looking back again and again", () => {
  assert.throws(() => parseSearch(`{${" ".repeat(2000)}`), ApiError);
  const search = parseSearch('{ AWS/Lambda , FunctionName } MetricName="Errors" shop');
  assert.deepEqual([search.namespace, search.dimensions], ["AWS/Lambda", ["FunctionName"]]);
  const metric = (name: string, dimensions: Record<string, string>) =>
    search.matches({ namespace: "AWS/Lambda", name, dimensions });
  assert.equal(metric("Errors", { FunctionName: "Shop-prod" }), true);
  assert.equal(metric("Errors", { FunctionName: "other" }), false);
  assert.equal(metric("Invocations", { FunctionName: "shop" }), false);
  assert.equal(metric("Errors", { FunctionName: "shop", Resource: "shop" }), false);
});

test("statistics of a part of the values", () => {
  const values = new MetricAggregate();
  for (let value = 1; value <= 100; value++) values.add(value);
  const table = {
    p50: 50,
    "p99.9": 100,
    tm90: 45.5,
    IQM: 50,
    "TM(10%:90%)": 50,
    "TM(:20)": 10.5,
    "TC(:20)": 20,
    "TS(:20)": 210,
    "PR(:20)": 20,
    "PR(20:)": 81,
    "WM(0%:50%)": 37.75,
    tc50: 50,
  };
  for (const [name, expected] of Object.entries(table)) {
    const found = statisticOf(name)(values) ?? Number.NaN;
    assert.ok(Math.abs(found - expected) <= expected * 0.03, `${name}: ${found}, not ${expected}`);
  }
  for (const name of ["p101", "p", "TM()", "TM(:)", "PR(1%:2%)", "Median"]) {
    assert.throws(() => statisticOf(name), ApiError, name);
  }
});
