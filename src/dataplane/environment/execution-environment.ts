/**
 * One execution environment: a sandbox with a runtime in it that serves one invocation at a time.
 *
 * | state        | invariant                                              | leaves it on                         |
 * |--------------|--------------------------------------------------------|--------------------------------------|
 * | initializing | the sandbox starts, the runtime loads the function     | ready → idle; failure → ended        |
 * | idle         | no invocation is out; the runtime waits or soon will   | run → busy; exit, end() → ended      |
 * | busy         | exactly one invocation is out                          | reply → idle; timeout, fatal error, exit → ended |
 * | ended        | no process of the guest lives; nothing leads out       |                                      |
 */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import { type Clock, type Deferred, deferred, type Timer } from "../../kit/mod.ts";
import type { FunctionVersion, Invocation } from "../../model/mod.ts";
import { framedLink } from "../runtime-api/framed-link.ts";
import { httpLink } from "../runtime-api/http-link.ts";
import { type RuntimeLink, type RuntimeListener, WHOLE_CONTENT_TYPE } from "../runtime-api/runtime-link.ts";
import type { ExitStatus, Sandbox } from "../sandbox/sandbox.ts";
import type { EnvironmentLog } from "./environment-log.ts";
import { exitFailure, type PlatformFailure } from "./failure-payload.ts";
import type { InitializationType } from "./platform-event.ts";
import { ResponseInPieces } from "./response-in-pieces.ts";

export type EnvironmentState = "initializing" | "idle" | "busy" | "ended";

export type InitOutcome =
  | { readonly kind: "ready"; readonly durationMs: number }
  /** The runtime said why: its error JSON. */
  | {
      readonly kind: "error";
      readonly durationMs: number;
      readonly errorType: string;
      readonly payload: Buffer;
    }
  /** It ended, or never began. */
  | { readonly kind: "failed"; readonly durationMs: number; readonly failure: PlatformFailure }
  | { readonly kind: "timeout"; readonly durationMs: number };

export type RunOutcome =
  | { readonly kind: "response"; readonly payload: Buffer }
  | { readonly kind: "error"; readonly errorType: string; readonly payload: Buffer }
  | { readonly kind: "oversized"; readonly bytesMax: number }
  | { readonly kind: "timeout" }
  | { readonly kind: "exit"; readonly status: ExitStatus }
  /** The runtime ended before it took the invocation: nothing of it ran, another environment can have it. */
  | { readonly kind: "undelivered" };

/** The function brings nothing that can be started: its own fault, and its own failure. */
export class InvalidEntrypoint extends Error {
  override readonly name = "InvalidEntrypoint";
}

/** Starts the sandbox; `runtimeApiAddress` is set for runtimes that speak HTTP. */
export type SandboxStarter = (runtimeApiAddress: string | undefined) => Promise<Sandbox>;

export interface EnvironmentOptions {
  readonly id: string;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly log: EnvironmentLog;
  readonly clock: Clock;
  readonly speaksHttp: boolean;
  readonly start: SandboxStarter;
  /** Called once, when the environment has ended. */
  readonly onEnded: (environment: ExecutionEnvironment) => void;
}

/** After its first process ended, the rest of a guest's output is waited for this long. */
const LOG_END_MS_MAX = 500;

interface RunInProgress {
  readonly requestId: string;
  readonly done: Deferred<RunOutcome>;
  readonly timer: Timer;
  readonly response: ResponseInPieces;
}

export class ExecutionEnvironment implements RuntimeListener {
  readonly id: string;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly log: EnvironmentLog;
  /** When it became idle last; monotonic milliseconds. */
  idleSinceMs = 0;
  readonly #options: EnvironmentOptions;
  #state: EnvironmentState = "initializing";
  #sandbox: Sandbox | undefined;
  #link: RuntimeLink | undefined;
  #init: Deferred<InitOutcome> | undefined;
  #initStartedMs = 0;
  #run: RunInProgress | undefined;
  /** Set while an invocation is handed over but not yet taken by the runtime. */
  #onTaken: (() => void) | undefined;
  #peakMemoryBytes = 0;
  #gone: Promise<void> = Promise.resolve();

  constructor(options: EnvironmentOptions) {
    this.id = options.id;
    this.target = options.target;
    this.initializationType = options.initializationType;
    this.log = options.log;
    this.#options = options;
  }

  get state(): EnvironmentState {
    return this.#state;
  }

  /** Resolves when every process, file and group of it is gone. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** Bytes; keeps its last value after the end. */
  peakMemoryBytes(): number {
    if (this.#state !== "ended" && this.#sandbox !== undefined) {
      this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, this.#sandbox.peakMemoryBytes());
    }
    return this.#peakMemoryBytes;
  }

  /**
   * Brings the runtime up within `budgetMs`. Afterwards the environment is idle, or has ended. Rejects when the machine
   * could not start a sandbox, which is nobody's fault but ours.
   */
  async init(budgetMs: number): Promise<InitOutcome> {
    invariant(this.#init === undefined, "an environment is initialised once");
    const { clock, speaksHttp, start } = this.#options;
    this.#init = deferred();
    this.#initStartedMs = clock.monotonicMs();
    const timer = clock.after(budgetMs, () => {
      this.#init?.resolve({ kind: "timeout", durationMs: this.#initMs() });
    });
    try {
      const link = speaksHttp ? await httpLink(this) : undefined;
      this.#link = link;
      this.#adopt(await start(link?.address));
    } catch (error) {
      if (!(error instanceof InvalidEntrypoint)) {
        timer.cancel();
        this.end();
        throw error;
      }
      const failure = { errorType: "Runtime.InvalidEntrypoint", reason: error.message };
      this.#init.resolve({ kind: "failed", durationMs: this.#initMs(), failure });
    }
    const outcome = await this.#init.promise;
    timer.cancel();
    if (outcome.kind !== "ready") this.end();
    else if (this.#state === "initializing") this.#becomeIdle();
    return outcome;
  }

  /**
   * Runs one invocation; only when idle. `timeoutMs` is what is left of the function's time. After a timeout or an exit
   * the environment has ended. One that ended on its own since it became idle delivers nothing.
   */
  run(invocation: Invocation, timeoutMs: number, onTaken: () => void): Promise<RunOutcome> {
    if (this.#state === "ended") return Promise.resolve({ kind: "undelivered" });
    invariant(this.#state === "idle", `an environment that is ${this.#state} cannot run`);
    const { clock } = this.#options;
    this.#state = "busy";
    const done = deferred<RunOutcome>();
    this.#run = {
      requestId: invocation.requestId,
      done,
      response: new ResponseInPieces(invocation.sink),
      timer: clock.after(timeoutMs, () => this.#finish({ kind: "timeout" })),
    };
    this.#onTaken = onTaken;
    invocation.sink?.onRoom(() => this.#link?.resume());
    this.#link?.deliver({
      requestId: invocation.requestId,
      deadlineMs: Math.floor(clock.nowMs() + timeoutMs),
      invokedFunctionArn: invocation.invokedArn,
      traceId: invocation.traceId,
      clientContext: invocation.clientContext,
      payload: invocation.payload,
    });
    return done.promise;
  }

  /** Ends every process of it; an invocation that is out ends with it. Safe to call again. */
  end(): void {
    if (this.#state === "ended") return;
    this.peakMemoryBytes();
    this.#state = "ended";
    this.#sandbox?.kill();
    this.#link?.close();
    this.#options.onEnded(this);
  }

  onReady(): void {
    this.#init?.resolve({ kind: "ready", durationMs: this.#initMs() });
  }

  onTaken(): void {
    const notify = this.#onTaken;
    this.#onTaken = undefined;
    notify?.();
  }

  onResponse(requestId: string, payload: Buffer): void {
    const response = this.#responseOf(requestId);
    if (response === undefined) return;
    response.begin(WHOLE_CONTENT_TYPE);
    response.add(payload);
    this.#finish({ kind: "response", payload: response.end() });
  }

  onResponseBegin(requestId: string, contentType: string): void {
    this.#responseOf(requestId)?.begin(contentType);
  }

  onResponseChunk(requestId: string, chunk: Buffer): boolean {
    const response = this.#responseOf(requestId);
    if (response === undefined) return true;
    const more = response.add(chunk);
    if (more !== "tooLarge") return more === "more";
    // It would go on writing what nobody takes.
    this.#finish({ kind: "oversized", bytesMax: response.bytesMax }, true);
    return true;
  }

  onResponseEnd(requestId: string): void {
    const response = this.#responseOf(requestId);
    if (response !== undefined) this.#finish({ kind: "response", payload: response.end() });
  }

  onError(requestId: string, errorType: string, payload: Buffer, isFatal: boolean): void {
    if (this.#isOut(requestId)) this.#finish({ kind: "error", errorType, payload }, isFatal);
  }

  onOversizedResponse(requestId: string): void {
    const bytesMax = LAMBDA_LIMITS.responsePayloadBytesMax;
    if (this.#isOut(requestId)) this.#finish({ kind: "oversized", bytesMax });
  }

  onInitError(errorType: string, payload: Buffer): void {
    this.#init?.resolve({ kind: "error", durationMs: this.#initMs(), errorType, payload });
  }

  #isOut(requestId: string): boolean {
    return this.#run?.requestId === requestId;
  }

  #responseOf(requestId: string): ResponseInPieces | undefined {
    return this.#isOut(requestId) ? this.#run?.response : undefined;
  }

  #adopt(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
    sandbox.logs.on("data", (chunk: Buffer) => this.log.push(chunk));
    sandbox.logs.on("error", () => {});
    // What it printed last may still be on its way when the process is gone.
    const logsEnded = new Promise<void>((resolve) => sandbox.logs.once("close", resolve));
    const { clock } = this.#options;
    this.#gone = sandbox.exited.then(async (status) => {
      sandbox.kill();
      // Without isolation a process that slipped away may keep the pipe open for ever.
      const patience = deferred<void>();
      const timer = clock.after(LOG_END_MS_MAX, () => patience.resolve());
      await Promise.race([logsEnded, patience.promise]);
      timer.cancel();
      this.#onExit(status);
      await sandbox.dispose();
    });
    if (this.#options.speaksHttp) sandbox.control.on("error", () => {});
    else this.#link = framedLink(sandbox.control, this);
    // Ended while the sandbox was being started.
    if (this.#state === "ended") sandbox.kill();
  }

  #onExit(status: ExitStatus): void {
    this.#init?.resolve({ kind: "failed", durationMs: this.#initMs(), failure: exitFailure(status) });
    if (this.#run !== undefined) {
      this.#finish(this.#onTaken === undefined ? { kind: "exit", status } : { kind: "undelivered" });
    }
    this.end();
  }

  #finish(outcome: RunOutcome, isLast = outcome.kind === "timeout"): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.timer.cancel();
    if (isLast) this.end();
    else if (this.#state === "busy") this.#becomeIdle();
    // A turn of the event loop later everything the guest had printed before its reply has been read: both
    // descriptors were readable in the same poll.
    setImmediate(() => {
      this.log.flushPartial();
      run.done.resolve(outcome);
    });
  }

  #becomeIdle(): void {
    this.#state = "idle";
    this.idleSinceMs = this.#options.clock.monotonicMs();
  }

  #initMs(): number {
    return this.#options.clock.monotonicMs() - this.#initStartedMs;
  }
}

/** Writes what came of an init, once what the guest printed in it is written. */
export function reportInit(
  { log, initializationType }: ExecutionEnvironment,
  init: InitOutcome,
  phase: "init" | "invoke",
): void {
  log.flushPartial();
  const { durationMs } = init;
  log.platform({ kind: "initReport", initializationType, phase, durationMs, ...statusOf(init) });
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
