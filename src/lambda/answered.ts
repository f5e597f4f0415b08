/** What of an invocation's outcomes is an answer to its caller, and what is an error of the service. */
import { failedRestore, throttled } from "../errors/mod.ts";
import type { InvocationOutcome } from "../model/mod.ts";

export type Answered = Exclude<InvocationOutcome, { kind: "throttled" }>;

/** Throws TooManyRequestsException, SnapStartException, SnapStartTimeoutException. */
export function answered(outcome: InvocationOutcome): Answered {
  if (outcome.kind === "throttled") throw throttled(outcome.reason);
  if (outcome.kind === "functionError" && outcome.failedRestore !== undefined) {
    throw failedRestore(outcome.failedRestore);
  }
  return outcome;
}
