/** The one path that runs a function: admit, place, run, log, account. */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { FunctionVersion, Invocation, InvocationOutcome, Invoker, Scope } from "../../model/mod.ts";
import type { EnvironmentPool } from "../environment/environment-pool.ts";
import type { ExecutionEnvironment, InitOutcome, RunOutcome } from "../environment/execution-environment.ts";
import {
  exitFailure,
  failurePayload,
  oversizedResponse,
  timeoutFailure,
} from "../environment/failure-payload.ts";
import {
  endLine,
  initReportLine,
  type Report,
  reportLine,
  startLine,
  timeoutLine,
} from "../environment/platform-log.ts";
import type { ConcurrencyLedger } from "./concurrency-ledger.ts";

export interface DataPlaneOptions {
  readonly pool: EnvironmentPool;
  readonly ledger: ConcurrencyLedger;
  readonly clock: Clock;
}

/** A runtime that ends between invocations is replaced this often before its function is given up on. */
const PLACEMENTS_MAX = 5;

/** What came of an invocation, before it is told to the caller. */
interface Ending {
  readonly outcome: Exclude<InvocationOutcome, { kind: "throttled" }>["kind"];
  readonly payload: Buffer;
  readonly status?: Report["status"];
  readonly errorType?: string;
}

export class DataPlane implements Invoker {
  readonly #options: DataPlaneOptions;

  constructor(options: DataPlaneOptions) {
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { ledger } = this.#options;
    const { scope, target } = invocation;
    const refusal = ledger.acquire(scope, target.name);
    if (refusal !== undefined) return { kind: "throttled", reason: refusal };
    try {
      return await this.#place(invocation);
    } finally {
      ledger.release(scope, target.name);
    }
  }

  /** Code or settings changed, or the function is gone. */
  retire(target: FunctionVersion): void {
    this.#options.pool.retire(target.configurationId);
  }

  setReserved(scope: Scope, functionName: string, reserved: number | undefined): void {
    this.#options.ledger.setReserved(scope, functionName, reserved);
  }

  async #place(invocation: Invocation): Promise<InvocationOutcome> {
    const { pool } = this.#options;
    for (let placement = 0; placement < PLACEMENTS_MAX; placement++) {
      const warm = pool.takeIdle(invocation.target);
      const environment = warm ?? pool.create(invocation.scope, invocation.target);
      if (environment === undefined)
        return { kind: "throttled", reason: "ConcurrentInvocationLimitExceeded" };
      const outcome =
        warm === undefined
          ? await this.#runCold(environment, invocation)
          : await this.#run(warm, invocation, undefined);
      if (outcome !== "undelivered") return outcome;
    }
    return {
      kind: "functionError",
      payload: failurePayload(exitFailure({ code: 0, signal: null }), invocation.requestId),
      logTail: undefined,
    };
  }

  /**
   * First the init phase with its own budget; when that fails, once more inside the invocation on the function's
   * time. Source: "Understanding the Lambda execution environment lifecycle" page.
   */
  async #runCold(
    first: ExecutionEnvironment,
    invocation: Invocation,
  ): Promise<InvocationOutcome | "undelivered"> {
    const { pool } = this.#options;
    const init = await first.init(ENVIRONMENT_LIMITS.initMsMax);
    if (init.kind === "ready") return this.#run(first, invocation, init.durationMs);
    first.log.flushPartial();
    first.log.write(initReportLine({ ...initStatus(init), durationMs: init.durationMs, phase: "init" }));
    const second = pool.create(invocation.scope, invocation.target);
    if (second === undefined) return { kind: "throttled", reason: "ConcurrentInvocationLimitExceeded" };
    const budgetMs = invocation.target.settings.Timeout * 1000;
    const again = await second.init(budgetMs);
    second.log.flushPartial();
    const status = again.kind === "ready" ? { status: "success" as const } : initStatus(again);
    second.log.write(initReportLine({ ...status, durationMs: again.durationMs, phase: "invoke" }));
    if (again.kind === "ready") return this.#run(second, invocation, undefined, again.durationMs);
    return this.#reportFailedInit(second, invocation, again);
  }

  /** `spentMs`: what an init inside the invocation has used of the function's time already. */
  async #run(
    environment: ExecutionEnvironment,
    invocation: Invocation,
    initDurationMs: number | undefined,
    spentMs = 0,
  ): Promise<InvocationOutcome | "undelivered"> {
    const { clock, pool } = this.#options;
    const { requestId, target } = invocation;
    const { log } = environment;
    const timeoutMs = target.settings.Timeout * 1000;
    if (invocation.wantsLogTail) log.startTail();
    const startedMs = clock.monotonicMs();
    const ended = await environment.run(invocation, timeoutMs - spentMs, () =>
      log.write(startLine(requestId, target.version)),
    );
    if (ended.kind === "undelivered") return "undelivered";
    const measuredMs = spentMs + clock.monotonicMs() - startedMs;
    // A timer is never early but always a little late; nobody pays for that.
    const durationMs = ended.kind === "timeout" ? Math.min(measuredMs, timeoutMs) : measuredMs;
    const ending = endingOf(ended, requestId, target);
    if (ended.kind === "timeout") {
      log.write(timeoutLine(clock.nowMs(), requestId, timeoutMs));
    } else if (ended.kind === "exit") {
      log.write(`RequestId: ${requestId} Error: ${exitFailure(ended.status).reason}\n${ending.errorType}\n`);
    }
    writeEnd(environment, invocation, { durationMs, initDurationMs, ...ending });
    const logTail = log.takeTail();
    pool.release(environment);
    return { kind: ending.outcome, payload: ending.payload, logTail };
  }

  #reportFailedInit(
    environment: ExecutionEnvironment,
    invocation: Invocation,
    init: FailedInit,
  ): InvocationOutcome {
    const { clock } = this.#options;
    const { requestId, target } = invocation;
    const { log } = environment;
    const timeoutMs = target.settings.Timeout * 1000;
    if (invocation.wantsLogTail) log.startTail();
    log.write(startLine(requestId, target.version));
    if (init.kind === "timeout") log.write(timeoutLine(clock.nowMs(), requestId, timeoutMs));
    if (init.kind === "failed") {
      log.write(`RequestId: ${requestId} Error: ${init.failure.reason}\n${init.failure.errorType}\n`);
    }
    writeEnd(environment, invocation, {
      durationMs: init.durationMs,
      initDurationMs: undefined,
      ...initStatus(init),
    });
    return {
      kind: "functionError",
      payload: initPayload(init, requestId, timeoutMs),
      logTail: log.takeTail(),
    };
  }
}

function writeEnd(
  environment: ExecutionEnvironment,
  { requestId, target }: Invocation,
  report: Pick<Report, "durationMs" | "initDurationMs" | "status" | "errorType">,
): void {
  const { log } = environment;
  log.write(endLine(requestId));
  log.write(
    reportLine({
      requestId,
      durationMs: report.durationMs,
      initDurationMs: report.initDurationMs,
      memoryMib: target.settings.MemorySize,
      peakMemoryBytes: environment.peakMemoryBytes(),
      status: report.status,
      errorType: report.status === "error" ? report.errorType : undefined,
    }),
  );
}

function endingOf(
  ended: Exclude<RunOutcome, { kind: "undelivered" }>,
  requestId: string,
  target: FunctionVersion,
): Ending {
  switch (ended.kind) {
    case "response":
      return { outcome: "success", payload: ended.payload };
    case "error":
      return { outcome: "functionError", payload: ended.payload };
    case "oversized":
      return { outcome: "functionError", payload: oversizedResponse(ended.bytesMax) };
    case "timeout": {
      const failure = timeoutFailure(target.settings.Timeout * 1000);
      return { outcome: "functionError", payload: failurePayload(failure, requestId), status: "timeout" };
    }
    case "exit": {
      const failure = exitFailure(ended.status);
      const { errorType } = failure;
      return {
        outcome: "functionError",
        payload: failurePayload(failure, requestId),
        status: "error",
        errorType,
      };
    }
    default:
      return ended satisfies never;
  }
}

type FailedInit = Exclude<InitOutcome, { kind: "ready" }>;

function initStatus(init: FailedInit): { status: "timeout" | "error"; errorType?: string } {
  switch (init.kind) {
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

function initPayload(init: FailedInit, requestId: string, timeoutMs: number): Buffer {
  switch (init.kind) {
    case "error":
      return init.payload;
    case "failed":
      return failurePayload(init.failure, requestId);
    case "timeout":
      return failurePayload(timeoutFailure(timeoutMs), requestId);
    default:
      return init satisfies never;
  }
}
