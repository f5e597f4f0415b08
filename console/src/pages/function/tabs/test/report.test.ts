import assert from "node:assert/strict";
import { it } from "node:test";
import { reportIn } from "./report.ts";

const ID = "0f6c1a2e-5d3b-4a1c-9a57-3c1f1a2b3c4d";

it("reads the numbers of a REPORT line", () => {
  const log =
    `START RequestId: ${ID} Version: $LATEST\nREPORT of mine\nEND RequestId: ${ID}\n` +
    `REPORT RequestId: ${ID}\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t` +
    "Max Memory Used: 40 MB\tInit Duration: 81.50 ms\t\n";
  assert.deepEqual(reportIn(log), { durationMs: 1.23, billedMs: 2, initMs: 81.5, memoryMb: 128, usedMb: 40 });
});

it("leaves out what a warm call does not say", () => {
  const report = reportIn(`REPORT RequestId: ${ID}\tDuration: 1.23 ms\tBilled Duration: 2 ms\n`);
  assert.deepEqual(report, { durationMs: 1.23, billedMs: 2 });
});

it("reads the record of a function that logs in JSON", () => {
  const record = { metrics: { durationMs: 3, billedDurationMs: 4, memorySizeMB: 128, maxMemoryUsedMB: 33 } };
  const log = `{"level":"INFO"}\n${JSON.stringify({ type: "platform.report", record })}\n`;
  assert.deepEqual(reportIn(log), { durationMs: 3, billedMs: 4, memoryMb: 128, usedMb: 33 });
});

it("finds nothing where there is no such line, or it is cut", () => {
  assert.equal(reportIn("hello\n"), undefined);
  assert.equal(reportIn('{"type":"platform.report","rec'), undefined);
});
