import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventHead } from "../../store/mod.ts";
import { conclude } from "./conclude.ts";

const MINUTE_MS = 60_000;
const EVENT: EventHead = {
  id: "1",
  scope: { accountId: "000000000000", region: "us-east-1" },
  functionName: "f",
  qualifier: undefined,
  payloadBytes: 2,
  clientContext: undefined,
  traceId: undefined,
  acceptedAtMs: 0,
  failedAttempts: 0,
  notBeforeMs: 0,
};
const at = (nowMs: number, retries = {}) => ({ nowMs, delayMs: 1000, retryMs: MINUTE_MS, retries });

describe("what becomes of an event after an attempt", () => {
  it("ends with a success", () => {
    assert.deepEqual(conclude(EVENT, "success", at(5)), { kind: "over", condition: "Success" });
  });

  it("comes one minute after the first failure, two after the second, and never after the third", () => {
    const second = conclude(EVENT, "functionError", at(0));
    assert.ok(second.kind === "later");
    assert.equal(second.head.notBeforeMs, MINUTE_MS);
    const third = conclude(second.head, "functionError", at(MINUTE_MS));
    assert.ok(third.kind === "later");
    assert.equal(third.head.notBeforeMs, 3 * MINUTE_MS);
    const end = { kind: "over", condition: "RetriesExhausted" };
    assert.deepEqual(conclude(third.head, "functionError", at(3 * MINUTE_MS)), end);
    assert.deepEqual(conclude(EVENT, "functionError", at(0, { maximumRetryAttempts: 0 })), end);
  });

  it("is held while the function is throttled, which costs no attempt", () => {
    assert.deepEqual(conclude(EVENT, "throttled", at(5)), { kind: "held" });
  });

  it("ends at once when it would be too old for the next attempt (recorded)", () => {
    const retries = { maximumEventAgeSeconds: 60 };
    const end = { kind: "over", condition: "EventAgeExceeded" };
    assert.deepEqual(conclude(EVENT, "functionError", at(1, retries)), end);
    assert.deepEqual(conclude(EVENT, "throttled", at(59_500, retries)), end);
    assert.equal(conclude(EVENT, "functionError", at(0, retries)).kind, "later");
  });
});
