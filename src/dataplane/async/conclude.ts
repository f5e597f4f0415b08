/** What becomes of an event after an attempt. Source: "How Lambda handles errors and retries with asynchronous invocation" page. */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { EventInvokeSetting, InvocationOutcome } from "../../model/mod.ts";
import type { EventHead } from "../../store/mod.ts";

/** Why an event is done with; AWS's words (recorded, but that of a loop is a guess). */
export type Condition =
  | "Success"
  | "RetriesExhausted"
  | "EventAgeExceeded"
  | "ZeroReservedConcurrency"
  | "RecursiveInvocation";

export type Conclusion =
  | { readonly kind: "over"; readonly condition: Condition }
  /** Its function failed: again at its time. */
  | { readonly kind: "later"; readonly head: EventHead }
  /** It could not be run: first in its turn, when the function can run again. */
  | { readonly kind: "held" };

export type Retries = Partial<Pick<EventInvokeSetting, "maximumRetryAttempts" | "maximumEventAgeSeconds">>;

export function ageMsMax({ maximumEventAgeSeconds }: Retries): number {
  return maximumEventAgeSeconds === undefined
    ? LAMBDA_LIMITS.asyncMaximumEventAgeMs
    : maximumEventAgeSeconds * 1000;
}

export interface Times {
  readonly nowMs: number;
  /** Until one that is throttled is tried again. */
  readonly delayMs: number;
  /** Between the first and the second attempt of one that fails. */
  readonly retryMs: number;
  readonly retries: Retries;
}

/** An age that the next attempt would exceed ends it now (recorded). */
export function conclude(
  head: EventHead,
  outcome: InvocationOutcome["kind"],
  { nowMs, delayMs, retryMs, retries }: Times,
): Conclusion {
  const isTooOldAt = (timeMs: number): boolean => timeMs - head.acceptedAtMs > ageMsMax(retries);
  switch (outcome) {
    case "success":
      return { kind: "over", condition: "Success" };
    case "throttled":
      return isTooOldAt(nowMs + delayMs) ? { kind: "over", condition: "EventAgeExceeded" } : { kind: "held" };
    case "functionError": {
      const attemptsMax = retries.maximumRetryAttempts ?? LAMBDA_LIMITS.asyncRetryAttemptsDefault;
      if (head.failedAttempts >= attemptsMax) return { kind: "over", condition: "RetriesExhausted" };
      const notBeforeMs = nowMs + retryMs * (head.failedAttempts + 1);
      if (isTooOldAt(notBeforeMs)) return { kind: "over", condition: "EventAgeExceeded" };
      return { kind: "later", head: { ...head, failedAttempts: head.failedAttempts + 1, notBeforeMs } };
    }
    default:
      return outcome satisfies never;
  }
}
