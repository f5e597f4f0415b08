/** Time ranges and their periods. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { automaticPeriod, periodsFor, refreshMsOf, spanOf, timesOf } from "./range.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);
const HOUR = 3_600_000;

describe("time ranges", () => {
  it("choose a period that gives a chart of some two hundred points at most", () => {
    const chosen = [5, 60, 180, 720, 1440, 10_080].map((minutes) =>
      automaticPeriod({ kind: "last", minutes }, NOW),
    );
    assert.deepEqual(chosen, [60, 60, 60, 300, 900, 3600]);
  });

  it("are whole periods, the current one included", () => {
    const span = spanOf({ kind: "last", minutes: 60 }, 300, NOW);
    assert.equal(new Date(span.fromMs).toISOString(), "2026-11-21T11:30:00.000Z");
    assert.equal(new Date(span.untilMs).toISOString(), "2026-11-21T12:35:00.000Z");
    assert.equal(timesOf(span).length, 13);
  });

  it("offer no period longer than the range, and none that gives too many points", () => {
    const labels = (minutes: number): string[] =>
      periodsFor({ kind: "last", minutes }, NOW).map(({ label }) => label);
    assert.deepEqual(labels(5), ["1 minute", "5 minutes"]);
    assert.deepEqual(labels(10_080), ["15 minutes", "1 hour", "6 hours", "1 day"]);
  });

  it("pass over a chosen period that does not suit them", () => {
    assert.equal(spanOf({ kind: "last", minutes: 5 }, 3600, NOW).periodSeconds, 60);
  });

  it("ask for nothing finer than what is kept after weeks", () => {
    const old = (days: number) =>
      ({ kind: "between", fromMs: NOW - days * 24 * HOUR, untilMs: NOW - days * 24 * HOUR + HOUR }) as const;
    assert.equal(automaticPeriod(old(1), NOW), 60);
    assert.equal(automaticPeriod(old(20), NOW), 300);
    assert.equal(automaticPeriod(old(90), NOW), 3600);
  });

  it("are looked at again and again, long ones less often, those that are over never", () => {
    const often = (minutes: number) => refreshMsOf({ kind: "last", minutes }, NOW);
    assert.deepEqual([5, 60, 1440, 10_080].map(often), [5000, 5000, 15_000, 60_000]);
    assert.equal(
      refreshMsOf({ kind: "between", fromMs: NOW - 2 * HOUR, untilMs: NOW - HOUR }, NOW),
      undefined,
    );
  });
});
