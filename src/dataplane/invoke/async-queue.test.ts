import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { InvocationOutcome } from "../../model/mod.ts";
import type { AcceptedEvent } from "../../store/mod.ts";
import { nextAttempt } from "./async-queue.ts";

const EVENT: AcceptedEvent = {
  id: "1",
  scope: { accountId: "000000000000", region: "us-east-1" },
  functionName: "f",
  qualifier: undefined,
  payload: Buffer.from("{}"),
  clientContext: undefined,
  traceId: undefined,
  acceptedAtMs: 0,
  failedAttempts: 0,
  throttledAttempts: 0,
  notBeforeMs: 0,
};

const FAILED: InvocationOutcome = { kind: "functionError", payload: Buffer.from("{}"), logTail: undefined };
const THROTTLED: InvocationOutcome = {
  kind: "throttled",
  reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
};
const MINUTE_MS = 60_000;

describe("the next attempt of an accepted event", () => {
  it("is none after a success", () => {
    assert.equal(
      nextAttempt(EVENT, { kind: "success", payload: Buffer.from("1"), logTail: undefined }, 5),
      undefined,
    );
  });

  it("comes one minute after the first failure, two after the second, and never after the third", () => {
    const second = nextAttempt(EVENT, FAILED, 0);
    assert.equal(second?.notBeforeMs, MINUTE_MS);
    const third = nextAttempt(second ?? EVENT, FAILED, MINUTE_MS);
    assert.equal(third?.notBeforeMs, 3 * MINUTE_MS);
    assert.equal(nextAttempt(third ?? EVENT, FAILED, 3 * MINUTE_MS), undefined);
  });

  it("backs off from throttles up to five minutes without using up attempts, until the event is six hours old", () => {
    let event = EVENT;
    let nowMs = 0;
    const waits: number[] = [];
    for (;;) {
      const next = nextAttempt(event, THROTTLED, nowMs);
      if (next === undefined) break;
      waits.push(next.notBeforeMs - nowMs);
      assert.equal(next.failedAttempts, 0);
      event = next;
      nowMs = next.notBeforeMs;
    }
    assert.deepEqual(waits.slice(0, 5), [1000, 2000, 4000, 8000, 16_000]);
    assert.equal(Math.max(...waits), 5 * MINUTE_MS);
    assert.ok(nowMs <= 6 * 60 * MINUTE_MS && nowMs > 6 * 60 * MINUTE_MS - 5 * MINUTE_MS);
  });

  it("keeps to the function's own number of attempts and age", () => {
    assert.equal(nextAttempt(EVENT, FAILED, 0, { maximumRetryAttempts: 0 }), undefined);
    assert.equal(nextAttempt(EVENT, FAILED, 1000, { maximumEventAgeSeconds: 60 }), undefined);
    assert.notEqual(nextAttempt(EVENT, THROTTLED, 1000, { maximumEventAgeSeconds: 60 }), undefined);
  });
});
