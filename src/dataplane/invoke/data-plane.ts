/** The one path that runs a function: admit, place, run, log, account. */
import { availableParallelism } from "node:os";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type {
  FunctionVersion,
  Invocation,
  InvocationOutcome,
  Invoked,
  Invoker,
  Observe,
  Scope,
} from "../../model/mod.ts";
import type { Debugging } from "../environment/debugging.ts";
import type { EnvironmentPool } from "../environment/environment-pool.ts";
import type { ExecutionEnvironment } from "../environment/execution-environment.ts";
import { type InitOutcome, initBudgetMs, reportInit } from "../environment/init-phase.ts";
import type { RunEnd } from "../environment/runtime-process.ts";
import { exceptionType } from "../platform/exception-type.ts";
import {
  exitFailure,
  failurePayload,
  oversizedResponse,
  type PlatformFailure,
  timeoutFailure,
} from "../platform/failure-payload.ts";
import { billedMs, type PlatformStatus } from "../platform/platform-event.ts";
import type { SnapshotOutcome } from "../snapshot/snapshots.ts";
import { type ConcurrencyLedger, shareOf } from "./concurrency-ledger.ts";
import { DebugSession } from "./debug-session.ts";
import { ProvisionedConcurrency, type ProvisionedStatus } from "./provisioned-concurrency.ts";
import type { ScalingRate } from "./scaling-rate.ts";
import { TurnGate } from "./turn-gate.ts";
import { type Visit, visit } from "./visits.ts";

export interface DataPlaneOptions {
  readonly pool: EnvironmentPool;
  readonly ledger: ConcurrencyLedger;
  readonly scaling: ScalingRate;
  readonly clock: Clock;
  /** Told of functions that are about to be called. */
  readonly expect: (target: FunctionVersion) => void;
  readonly takeSnapshot: (scope: Scope, target: FunctionVersion) => Promise<SnapshotOutcome>;
  /** What was made ready for this configuration is of no more use. */
  readonly forget: (configurationId: string) => void;
  /** Told of every invocation, and of those that were not let in. */
  readonly observe: Observe;
  readonly reportFault: (error: unknown, what: string) => void;
}

/** An invocation that has its unit of concurrency. */
interface Admission {
  readonly invocation: Invocation;
  readonly share: Pick<Invoked, "concurrency" | "provisioned">;
  /** Epoch milliseconds, and the same moment on the clock for durations. */
  readonly atMs: number;
  readonly atMonotonicMs: number;
}

/** A runtime that ends before it takes the invocation is started again this often. */
const ATTEMPTS_MAX = 5;

/** What came of an invocation, before it is told to the caller. */
interface Ending {
  readonly outcome: Exclude<InvocationOutcome, { kind: "throttled" }>["kind"];
  readonly payload: Buffer;
  readonly status: PlatformStatus;
  readonly errorType?: string;
  /** What the platform says of it in the log. */
  readonly failure?: PlatformFailure;
}

export class DataPlane implements Invoker {
  readonly #options: DataPlaneOptions;
  readonly #provisioned: ProvisionedConcurrency;
  readonly #gate = new TurnGate(ENVIRONMENT_LIMITS.beginsPerCoreMax * availableParallelism());

  constructor(options: DataPlaneOptions) {
    this.#options = options;
    this.#provisioned = new ProvisionedConcurrency(options);
  }

  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { ledger, pool, clock, observe } = this.#options;
    const { scope, target, invokedArn } = invocation;
    const functionName = target.name;
    const myTurn = this.#gate.enter(target.configurationId);
    if (myTurn !== undefined) await myTurn;
    const slot = ledger.acquire(scope, functionName, target.configurationId, invocation.isAsync === true);
    if (typeof slot === "string") {
      observe({ kind: "throttled", scope, functionName, invokedArn });
      return { kind: "throttled", reason: slot };
    }
    let environment: ExecutionEnvironment | undefined;
    try {
      environment = pool.takeIdle(target) ?? this.#scaleUp(scope, target);
      if (environment === undefined) {
        // That AWS gives the same reason where a function grows too fast is assumed.
        observe({ kind: "throttled", scope, functionName, invokedArn });
        return { kind: "throttled", reason: "ConcurrentInvocationLimitExceeded" };
      }
      invocation.onAdmitted?.();
      observe({ kind: "admitted", scope, functionName, load: ledger.load(scope, functionName) });
      return await this.#runIn(environment, {
        invocation,
        share: shareOf(slot, target.configurationId),
        atMs: clock.nowMs(),
        atMonotonicMs: clock.monotonicMs(),
      });
    } finally {
      const taken = environment;
      const leave = (): void => {
        if (taken !== undefined) pool.release(taken);
        ledger.release(scope, slot, taken !== undefined);
      };
      // An invocation that goes on after its answer keeps its place.
      if (taken?.unsettled === undefined) leave();
      else void taken.unsettled.then(leave);
    }
  }

  /** Undefined when the function grows too fast, or this machine's bound is reached. */
  #scaleUp(scope: Scope, target: FunctionVersion): ExecutionEnvironment | undefined {
    if (!this.#options.scaling.allows(scope, target.name)) return undefined;
    return this.#options.pool.create(scope, target);
  }

  /** The function is about to be called for the first time. */
  expect(target: FunctionVersion): void {
    this.#options.expect(target);
  }

  /** Initialises the published version once, for its environments to be copies. */
  takeSnapshot(scope: Scope, target: FunctionVersion): Promise<SnapshotOutcome> {
    return this.#options.takeSnapshot(scope, target);
  }

  /** Code or settings changed, or the function is gone. */
  retire(target: FunctionVersion): void {
    this.#provisioned.end(target);
    this.#options.forget(target.configurationId);
    this.#options.pool.retire(target.configurationId);
  }

  setReserved(scope: Scope, functionName: string, reserved: number | undefined): void {
    this.#options.ledger.setReserved(scope, functionName, reserved);
  }

  /** Replaces what was provisioned for the version; 0 ends it. Environments start in the background. */
  provision(scope: Scope, target: FunctionVersion, amount: number): void {
    this.#provisioned.set(scope, target, amount);
  }

  /** Lets somebody into an environment of the version. Rejects with Closed, and with what the machine has against one. */
  visit(scope: Scope, target: FunctionVersion, environmentId: string | undefined): Promise<Visit> {
    return visit(this.#options.pool, scope, target, environmentId);
  }

  /** An environment of the version with a debugger in it, which takes its calls from now on. Throws Closed. */
  debug(scope: Scope, target: FunctionVersion, debugging: Debugging): DebugSession {
    return new DebugSession(this.#options, scope, target, debugging);
  }

  /** Undefined when nothing is provisioned for the version. */
  provisioned(target: FunctionVersion): ProvisionedStatus | undefined {
    return this.#provisioned.status(target);
  }

  async #runIn(environment: ExecutionEnvironment, admission: Admission): Promise<InvocationOutcome> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const outcome =
        environment.state === "stopped"
          ? await this.#runCold(environment, admission)
          : await this.#run(environment, admission, undefined);
      if (outcome !== "undelivered") return outcome;
    }
    return {
      kind: "functionError",
      payload: failurePayload(exitFailure({ code: 0, signal: null }), admission.invocation.requestId),
      logTail: undefined,
    };
  }

  /**
   * First the init phase with its own budget; when that fails, and when the environment was reset, inside the invocation
   * on the function's time. Source: "Understanding the Lambda execution environment lifecycle" page.
   */
  async #runCold(
    environment: ExecutionEnvironment,
    admission: Admission,
  ): Promise<InvocationOutcome | "undelivered"> {
    const { scope, target } = admission.invocation;
    if (environment.isNew) {
      const init = await environment.init(initBudgetMs(environment));
      reportInit(environment, init, "init");
      const { durationMs } = init;
      if (init.kind === "ready") return this.#run(environment, admission, durationMs);
      this.#options.observe({ kind: "initFailed", scope, functionName: target.name, target, durationMs });
      if (environment.isRestored) {
        const outcome = this.#reportFailedInit(environment, admission, init);
        // The next call tries with a copy of its own.
        environment.end();
        return outcome;
      }
    }
    // The machine is shutting down, or the function is gone.
    if (environment.state === "ended") return "undelivered";
    const again = await environment.init(target.settings.Timeout * 1000);
    reportInit(environment, again, "invoke");
    if (again.kind === "ready") return this.#run(environment, admission, undefined, again.durationMs);
    return this.#reportFailedInit(environment, admission, again);
  }

  /** `preparationMs`: of the init or restore it waited for. `spentMs`: what an init inside the invocation has used of the function's time already. */
  async #run(
    environment: ExecutionEnvironment,
    admission: Admission,
    preparationMs: number | undefined,
    spentMs = 0,
  ): Promise<InvocationOutcome | "undelivered"> {
    const { clock } = this.#options;
    const { invocation } = admission;
    const { requestId, target } = invocation;
    const { log } = environment;
    const timeoutMs = target.settings.Timeout * 1000;
    if (invocation.wantsLogTail) log.startTail();
    const startedMs = clock.monotonicMs();
    const ended = await environment.run(invocation, timeoutMs - spentMs, () =>
      log.platform({ kind: "start", requestId, version: target.version, tracing: tracingOf(invocation) }),
    );
    if (ended.kind === "undelivered") return "undelivered";
    const measuredMs = (): number => spentMs + clock.monotonicMs() - startedMs;
    const ending = endingOf(ended, requestId, timeoutMs);
    const { outcome: kind, payload } = ending;
    const durationMs = billableMs(ended, measuredMs(), timeoutMs);
    logRuntimeDone(environment, invocation, ending, durationMs);
    if (!("settled" in ended) || ended.settled === undefined) {
      const run = { startedMs: startedMs - spentMs, runtimeMs: durationMs, durationMs, preparationMs };
      this.#report(environment, admission, ending, run);
      return { kind, payload, logTail: log.takeTail() };
    }
    const settled = ended.settled.then((late) => {
      const last = late === undefined || late.kind === "undelivered" ? ended : late;
      const lastEnding = last === ended ? ending : endingOf(last, requestId, timeoutMs);
      if (lastEnding.failure !== undefined) logFailure(environment, invocation, lastEnding);
      const wholeMs = billableMs(last, measuredMs(), timeoutMs);
      const run = {
        startedMs: startedMs - spentMs,
        runtimeMs: durationMs,
        durationMs: wholeMs,
        preparationMs,
      };
      this.#report(environment, admission, lastEnding, run);
    });
    // Who wants the log waits for its end; others have their answer as soon as there is one.
    if (invocation.wantsLogTail) await settled;
    return { kind, payload, logTail: log.takeTail() };
  }

  #reportFailedInit(
    environment: ExecutionEnvironment,
    admission: Admission,
    init: FailedInit,
  ): InvocationOutcome {
    const { invocation } = admission;
    const { requestId, target } = invocation;
    const { log } = environment;
    if (invocation.wantsLogTail) log.startTail();
    log.platform({ kind: "start", requestId, version: target.version, tracing: tracingOf(invocation) });
    const ending = endingOfInit(init, requestId, target.settings.Timeout * 1000);
    const { durationMs } = init;
    logRuntimeDone(environment, invocation, ending, durationMs);
    const startedMs = this.#options.clock.monotonicMs() - durationMs;
    this.#report(environment, admission, ending, {
      startedMs,
      runtimeMs: durationMs,
      durationMs,
      preparationMs: undefined,
    });
    return {
      kind: "functionError",
      payload: ending.payload,
      logTail: log.takeTail(),
      failedRestore: environment.isRestored ? (init.kind === "timeout" ? "timeout" : "error") : undefined,
    };
  }

  /** The last word on an invocation: to its log, and to whoever counts. */
  #report(environment: ExecutionEnvironment, admission: Admission, ending: Ending, run: Run): void {
    const { invocation, share } = admission;
    const { requestId, target, scope, sink } = invocation;
    const { status, errorType } = ending;
    const { durationMs, runtimeMs, preparationMs } = run;
    const initDurationMs = environment.isRestored ? undefined : preparationMs;
    const restoreDurationMs = environment.isRestored ? preparationMs : undefined;
    const memoryMib = target.settings.MemorySize;
    const peakMemoryBytes = environment.peakMemoryBytes();
    // Member by member: to copy them from other objects takes several times as long, in every call.
    environment.log.platform({
      kind: "report",
      requestId,
      status,
      errorType,
      tracing: tracingOf(invocation),
      durationMs,
      initDurationMs,
      restoreDurationMs,
      memoryMib,
      peakMemoryBytes,
    });
    this.#options.observe({
      kind: "invoked",
      scope,
      target,
      functionName: target.name,
      invokedArn: invocation.invokedArn,
      requestId,
      traceId: invocation.traceId,
      origin: invocation.origin,
      status,
      errorType,
      exceptionType: status === "error" ? exceptionType(ending.payload) : undefined,
      runtimeMs,
      durationMs,
      initDurationMs,
      restoreDurationMs,
      memoryMib,
      peakMemoryBytes,
      environmentId: environment.id,
      admittedAtMs: admission.atMs,
      startedAtMs: admission.atMs + (run.startedMs - admission.atMonotonicMs),
      billedMs: billedMs(durationMs, initDurationMs),
      concurrency: share.concurrency,
      provisioned: share.provisioned,
      isAsync: invocation.isAsync === true,
      payloadBytes: invocation.payload.length,
      responseBytes: ending.payload.length + (sink?.bytes ?? 0),
    });
  }
}

/** When the function's time began (monotonic), and how long it and what was around it took; milliseconds. */
interface Run {
  readonly startedMs: number;
  readonly runtimeMs: number;
  readonly durationMs: number;
  /** Of the init or restore it waited for. */
  readonly preparationMs: number | undefined;
}

/** A timer is a little early or late; whoever's time is up has used exactly that. */
function billableMs(end: RunEnd, measuredMs: number, timeoutMs: number): number {
  return end.kind === "timeout" ? timeoutMs : measuredMs;
}

/** The runtime is done with the invocation; extensions may not be. */
function logRuntimeDone(
  environment: ExecutionEnvironment,
  invocation: Invocation,
  ending: Ending,
  durationMs: number,
): void {
  const { status, errorType } = ending;
  if (ending.failure !== undefined) logFailure(environment, invocation, ending);
  const { requestId } = invocation;
  const tracing = tracingOf(invocation);
  environment.log.platform({ kind: "runtimeDone", requestId, status, errorType, tracing, durationMs });
}

/** Only a chain that is sampled is worth a word. */
function tracingOf({ traceId }: Invocation): string | undefined {
  return traceId?.includes(";Sampled=1") === true ? traceId : undefined;
}

function logFailure({ log }: ExecutionEnvironment, { requestId }: Invocation, ending: Ending): void {
  if (ending.failure === undefined) return;
  log.platform({ kind: "failed", requestId, ...ending.failure, isTimeout: ending.status === "timeout" });
}

function endingOf(
  ended: Exclude<RunEnd, { kind: "undelivered" }>,
  requestId: string,
  timeoutMs: number,
): Ending {
  switch (ended.kind) {
    case "response":
      return { outcome: "success", payload: ended.payload, status: "success" };
    case "error":
      return {
        outcome: "functionError",
        payload: ended.payload,
        status: "error",
        errorType: ended.errorType,
      };
    case "oversized":
      return {
        outcome: "functionError",
        payload: oversizedResponse(ended.bytesMax),
        status: "error",
        errorType: "Function.ResponseSizeTooLarge",
      };
    case "timeout":
      return timedOut(requestId, timeoutMs);
    case "broken":
      return crashed(requestId, ended.failure);
    default:
      return ended satisfies never;
  }
}

type FailedInit = Exclude<InitOutcome, { kind: "ready" }>;

function endingOfInit(init: FailedInit, requestId: string, timeoutMs: number): Ending {
  switch (init.kind) {
    case "error":
      return {
        outcome: "functionError",
        payload: init.payload,
        status: "failure",
        errorType: init.errorType,
      };
    case "failed":
      return crashed(requestId, init.failure);
    case "timeout":
      return timedOut(requestId, timeoutMs);
    default:
      return init satisfies never;
  }
}

function timedOut(requestId: string, timeoutMs: number): Ending {
  const failure = timeoutFailure(timeoutMs);
  return {
    outcome: "functionError",
    payload: failurePayload(failure, requestId),
    status: "timeout",
    failure,
  };
}

function crashed(requestId: string, failure: PlatformFailure): Ending {
  return {
    outcome: "functionError",
    payload: failurePayload(failure, requestId),
    status: "failure",
    errorType: failure.errorType,
    failure,
  };
}
