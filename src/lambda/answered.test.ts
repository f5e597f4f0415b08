import assert from "node:assert/strict";
import { it } from "node:test";
import { answered } from "./answered.ts";

it("what became of an invocation is its answer, or one of the service's errors", () => {
  const failed = { kind: "functionError", payload: Buffer.from("{}"), logTail: undefined } as const;
  assert.equal(answered(failed), failed);
  for (const [outcome, code] of [
    [{ kind: "throttled", reason: "ConcurrentInvocationLimitExceeded" }, "TooManyRequestsException"],
    [{ ...failed, failedRestore: "error" }, "SnapStartException"],
    [{ ...failed, failedRestore: "timeout" }, "SnapStartTimeoutException"],
  ] as const) {
    assert.throws(() => answered(outcome), { code });
  }
});
