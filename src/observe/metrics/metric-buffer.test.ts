/** When the buffer writes, what a flush waits for, and what is lost when the store fails. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import type { MetricStore, MetricWrite } from "../../store/mod.ts";
import { MetricBuffer } from "./metric-buffer.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };

function setUp() {
  const clock = new HandClock();
  const faults: unknown[] = [];
  const batches: (readonly MetricWrite[])[] = [];
  const state = { dropped: 0, fault: undefined as Error | undefined, gate: Promise.resolve() };
  const store = {
    async add(batch: readonly MetricWrite[]) {
      await state.gate;
      if (state.fault !== undefined) throw state.fault;
      batches.push(batch);
      return { dropped: state.dropped };
    },
  } as unknown as MetricStore;
  const buffer = new MetricBuffer({ store, clock, reportFault: (error) => void faults.push(error) });
  const put = (name: string, value = 1) =>
    buffer.put({
      ...{ scope: SCOPE, namespace: "N", name, dimensions: {}, unit: "Count", timestampMs: 1000, value },
    });
  const stored = (name: string) =>
    batches.flat().reduce((sum, { series, values }) => sum + (series.name === name ? values.sum : 0), 0);
  return { clock, faults, batches, state, buffer, put, stored };
}

test("many values of one minute are one write", async () => {
  const { buffer, put, batches } = setUp();
  for (let value = 1; value <= 100; value++) put("a", value);
  await buffer.flush();
  assert.equal(batches.flat().length, 1);
  assert.equal(batches.flat()[0]?.values.sum, 5050);
});

test("a flush waits for the write under way, and writes what came during it", async () => {
  const { buffer, put, state, stored } = setUp();
  const gate = Promise.withResolvers<void>();
  state.gate = gate.promise;
  put("a");
  const first = buffer.flush();
  put("a");
  const second = buffer.flush();
  gate.resolve();
  await second;
  assert.equal(stored("a"), 2);
  await first;
});

test("so many metrics are written without delay, and none of them is forgotten", async () => {
  const { buffer, put, clock, batches, stored } = setUp();
  for (let index = 0; index < 20_001; index++) put(`m${index}`);
  clock.pass(0);
  await buffer.flush();
  assert.equal(batches.flat().length, 20_001);
  assert.ok(batches.every((batch) => batch.length <= 500));
  put("m20000");
  await buffer.flush();
  assert.equal(stored("m20000"), 2);
});

test("what is no number is left out", async () => {
  const { buffer, put, batches } = setUp();
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) put("a", value);
  await buffer.flush();
  assert.equal(batches.length, 0);
});

test("a write that fails is reported, and the next ones go on; too many metrics are reported once", async () => {
  const { buffer, put, state, faults, stored } = setUp();
  state.fault = new Error("disk full");
  put("a");
  await buffer.flush();
  assert.deepEqual(faults, [state.fault]);
  state.fault = undefined;
  state.dropped = 1;
  for (let round = 0; round < 3; round++) {
    put("b");
    await buffer.flush();
  }
  assert.equal(faults.length, 2);
  assert.equal(stored("b"), 3);
});

test("closing writes what waits and leaves no timer behind", async () => {
  const { buffer, put, clock, stored } = setUp();
  put("a");
  await buffer.close();
  assert.equal(stored("a"), 1);
  assert.equal(clock.timers, 0);
});
