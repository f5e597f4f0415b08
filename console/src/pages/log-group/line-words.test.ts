/** Levels, JSON and reports in lines as runtimes and people write them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { levelOf, reportOf } from "./line-words.ts";

describe("lines of a log", () => {
  it("have the level that is written in them", () => {
    assert.equal(levelOf("[ERROR] 2026-01-01T00:00:00Z id message"), "error");
    assert.equal(levelOf("2026-01-01T00:00:00.000Z\tid\tWARN\tcareful"), "warning");
    assert.equal(levelOf("2026-01-01T00:00:00.000Z\tid\tINFO\thello"), "info");
    assert.equal(levelOf('{"level":"debug","message":"x"}'), "debug");
    assert.equal(levelOf('{"severity":"Warning"}'), "warning");
    assert.equal(levelOf('{"errorType":"ValueError","errorMessage":"x"}'), "error");
    assert.equal(levelOf("2026-01-01T00:00:00Z id Task timed out after 3.00 seconds"), "error");
    assert.equal(levelOf("hello"), "none");
    assert.equal(levelOf("{ not json }"), "none");
  });

  it("are Lambda's own where Lambda wrote them, and errors where an invocation failed", () => {
    assert.equal(levelOf("START RequestId: 1 Version: $LATEST"), "platform");
    assert.equal(levelOf('{"type":"platform.report","record":{}}'), "platform");
    assert.equal(levelOf("REPORT RequestId: 1\tDuration: 3000.00 ms\tStatus: timeout\t"), "error");
  });

  it("that are reports give their numbers in order", () => {
    const report = reportOf(
      "REPORT RequestId: 1\tDuration: 1.20 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t",
    );
    assert.equal(report?.requestId, "1");
    assert.deepEqual(report?.fields, [
      ["Duration", "1.20 ms"],
      ["Billed Duration", "2 ms"],
      ["Memory Size", "128 MB"],
    ]);
    assert.equal(reportOf("END RequestId: 1"), undefined);
  });
});
