/** Which rows become bars, and what they are called. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chartOf } from "./chart.ts";
import { csvOf } from "./csv.ts";

const at = (minute: number): string => `2026-11-21 10:0${minute}:00.000`;

describe("the chart of a query", () => {
  it("has a bar for each step of time, gaps included, whatever the rows' order", () => {
    const rows = [
      { "bin(1m)": at(3), "count(*)": "2" },
      { "bin(1m)": at(1), "count(*)": "1" },
    ];
    const chart = chartOf("filter x = 1 | stats count(*) by bin(1m)", rows);
    assert.deepEqual(chart?.times, [at(1), at(2), at(3)]);
    assert.deepEqual(chart?.series, [
      {
        title: "count(*)",
        points: [
          { x: at(3), y: 2 },
          { x: at(1), y: 1 },
        ],
      },
    ]);
  });

  it("has a series for each group and each number, under their own names", () => {
    const rows = [
      { t: at(1), level: "ERROR", n: "4", longest: "9.5" },
      { t: at(1), level: "INFO", n: "7", longest: "1" },
    ];
    const query = "stats count(*) as n, max(ms) as longest by bin(1m) as t, level";
    assert.deepEqual(
      chartOf(query, rows)?.series.map(({ title }) => title),
      ["ERROR: n", "ERROR: longest", "INFO: n", "INFO: longest"],
    );
  });

  it("is not drawn without bin() or without numbers", () => {
    assert.equal(chartOf("stats count(*) by level", [{ level: "INFO", "count(*)": "1" }]), undefined);
    assert.equal(
      chartOf("stats latest(x) by bin(1m)", [{ "bin(1m)": at(1), "latest(x)": "word" }]),
      undefined,
    );
    assert.equal(chartOf("fields @message, bin(5m)", [{ "@message": "x" }]), undefined);
    assert.equal(chartOf("stats count(*) by bin(1m)", []), undefined);
  });

  it("goes into a file with every quote kept", () => {
    assert.equal(csvOf({ fields: ["a", "b"], rows: [{ a: 'say "x"' }] }), '"a","b"\r\n"say ""x""",""\r\n');
  });
});
