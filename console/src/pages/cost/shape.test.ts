/** Usage by day and by function. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { costByDay, costByFunction, daysOf, money } from "./shape.ts";
import type { DayLine } from "./usage.ts";

function line(day: string, functionName: string, compute: number): DayLine {
  const cost = {
    requests: 1,
    compute,
    provisionedConcurrency: 0,
    ephemeralStorage: 0.25,
    streaming: 0,
    snapStart: 0.25,
    total: compute + 1.5,
  };
  return {
    ...{ day, functionName, cost, version: "$LATEST", architecture: "x86_64" },
    ...{ requests: 10, billedMs: 100, initMs: 5, gbSeconds: 2 },
  };
}

describe("what the cost page draws", () => {
  it("has every day of the period, used or not", () => {
    const days = costByDay(
      [line("2026-02-27", "a", 2), line("2026-02-27", "b", 3)],
      "2026-02-27",
      "2026-03-01",
    );
    assert.deepEqual(days, [
      { day: "2026-02-27", requests: 2, compute: 5, other: 1 },
      { day: "2026-02-28", requests: 0, compute: 0, other: 0 },
      { day: "2026-03-01", requests: 0, compute: 0, other: 0 },
    ]);
  });

  it("names the dearest function first, with its share", () => {
    const lines = [line("2026-02-27", "a", 0.5), line("2026-02-27", "b", 2.5), line("2026-02-28", "b", 0.5)];
    const functions = costByFunction(lines).map(({ functionName, cost, share }) => [
      functionName,
      cost,
      share,
    ]);
    assert.deepEqual(functions, [
      ["b", 6, 0.75],
      ["a", 2, 0.25],
    ]);
  });

  it("reckons periods in UTC days, across the turn of the year", () => {
    const now = Date.UTC(2027, 0, 3, 12);
    assert.deepEqual(daysOf("month", now), { from: "2027-01-01", to: "2027-01-03" });
    assert.deepEqual(daysOf("last-month", now), { from: "2026-12-01", to: "2026-12-31" });
    assert.deepEqual(daysOf("week", now), { from: "2026-12-28", to: "2027-01-03" });
    assert.deepEqual(daysOf("30-days", now), { from: "2026-12-05", to: "2027-01-03" });
  });

  it("shows parts of a cent", () => {
    assert.deepEqual([0, 0.0000042, 0.004, 1234.5].map(money), ["$0", "$0.0000042", "$0.004", "$1,234.50"]);
  });
});
