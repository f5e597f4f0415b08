/**
 * The init phase: a runtime is brought up within its time, and what came of that is put into words for the log. One and the same for
 * environments and for what snapshots are taken of.
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { type Clock, deferred, type Timer } from "../../kit/mod.ts";
import type { FunctionVersion } from "../../model/mod.ts";
import type { PlatformFailure } from "../platform/failure-payload.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import type { EnvironmentLog } from "./environment-log.ts";
import type { RuntimeProcess } from "./runtime-process.ts";

export type InitOutcome =
  | { readonly kind: "ready"; readonly durationMs: number }
  | {
      readonly kind: "error";
      readonly durationMs: number;
      readonly errorType: string;
      /** The runtime's error JSON. */
      readonly payload: Buffer;
    }
  /** It ended, or never began. */
  | { readonly kind: "failed"; readonly durationMs: number; readonly failure: PlatformFailure }
  | { readonly kind: "timeout"; readonly durationMs: number };

/** The function brings nothing that can be started: its own fault, and its own failure. */
export class Unstartable extends Error {
  override readonly name = "Unstartable";
  readonly errorType: string;

  constructor(message: string, errorType = "Runtime.InvalidEntrypoint") {
    super(message);
    this.errorType = errorType;
  }
}

/**
 * Starts the processes and waits until the runtime is ready, for `budgetMs` at most; undefined waits for ever. What is restored from a
 * snapshot has AWS's time for that instead. Whoever gets another answer than ready stops the processes. Rejects when the machine could
 * not start a sandbox, which is nobody's fault but ours.
 */
export async function initialize(
  process: RuntimeProcess,
  { clock, budgetMs }: { readonly clock: Clock; readonly budgetMs: number | undefined },
): Promise<InitOutcome> {
  const startedMs = clock.monotonicMs();
  const timeout = deferred<{ readonly kind: "timeout" }>();
  const within = (ms: number): Timer => clock.after(ms, () => timeout.resolve({ kind: "timeout" }));
  let timer = budgetMs === undefined ? undefined : within(budgetMs);
  try {
    await process.start();
    if (process.isRestored) {
      timer?.cancel();
      timer = within(ENVIRONMENT_LIMITS.restoreMsMax);
    }
    const end = await Promise.race([process.initEnd, timeout.promise]);
    const durationMs = clock.monotonicMs() - startedMs;
    if (end.kind === "broken") return { kind: "failed", durationMs, failure: end.failure };
    return { ...end, durationMs };
  } catch (error) {
    if (!(error instanceof Unstartable)) throw error;
    const failure = { errorType: error.errorType, reason: error.message };
    return { kind: "failed", durationMs: clock.monotonicMs() - startedMs, failure };
  } finally {
    timer?.cancel();
  }
}

/** Of the first init, milliseconds. Source: "Understanding the Lambda execution environment lifecycle" page. */
export function initBudgetMs({
  initializationType,
  target,
}: {
  readonly initializationType: InitializationType;
  readonly target: FunctionVersion;
}): number {
  if (initializationType === "on-demand") return ENVIRONMENT_LIMITS.initMsMax;
  return Math.max(ENVIRONMENT_LIMITS.provisionedInitMsMax, target.settings.Timeout * 1000);
}

/** Whose init is reported. */
export interface Initialized {
  readonly log: EnvironmentLog;
  readonly initializationType: InitializationType;
  readonly isRestored: boolean;
}

/** Writes what came of an init, once what the guest printed in it is written. */
export function reportInit(
  { log, initializationType, isRestored }: Initialized,
  init: InitOutcome,
  phase: "init" | "invoke",
): void {
  log.flushPartial();
  const { durationMs } = init;
  const kind = isRestored ? "restoreReport" : "initReport";
  log.platform({ kind, initializationType, phase, durationMs, ...statusOf(init) });
}

function statusOf(init: InitOutcome): { status: "success" | "timeout" | "error"; errorType?: string } {
  switch (init.kind) {
    case "ready":
      return { status: "success" };
    case "timeout":
      return { status: "timeout" };
    case "error":
      return { status: "error", errorType: init.errorType };
    case "failed":
      return { status: "error", errorType: init.failure.errorType };
    default:
      return init satisfies never;
  }
}
