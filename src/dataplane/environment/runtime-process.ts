/**
 * One life of an environment's processes: a sandbox with a runtime in it, from its start to the exit of its first
 * process. What comes of init and invocations is told once; what arrives late, or from an earlier life, is ignored.
 */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { type Clock, type Deferred, deferred } from "../../kit/mod.ts";
import type { Invocation } from "../../model/mod.ts";
import type { ShutdownReason } from "../extensions/extension.ts";
import { exitFailure, type PlatformFailure } from "../platform/failure-payload.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import { framedLink } from "../runtime-api/framed-link.ts";
import { type RuntimeLink, type RuntimeListener, WHOLE_CONTENT_TYPE } from "../runtime-api/runtime-link.ts";
import { Closed, type Entered, type EnterSpec, type Sandbox } from "../sandbox/sandbox.ts";
import type { Supervisor } from "../sandbox/supervisor.ts";
import type { EnvironmentLog } from "./environment-log.ts";
import { GuestApis, type Surroundings } from "./guest-apis.ts";
import { readAtPace } from "./log-pace.ts";
import { ResponseInPieces } from "./response-in-pieces.ts";
import { shutDown } from "./shut-down.ts";

export type InitEnd =
  | { readonly kind: "ready" }
  /** The runtime said why: its error JSON. */
  | { readonly kind: "error"; readonly errorType: string; readonly payload: Buffer }
  | BrokenEnd;

/** The runtime or an extension ended, and with it this life. */
export interface BrokenEnd {
  readonly kind: "broken";
  readonly failure: PlatformFailure;
}

/** The runtime answered. */
export type RunAnswer =
  | { readonly kind: "response"; readonly payload: Buffer }
  /** `isFatal`: the runtime ends itself after it. */
  | {
      readonly kind: "error";
      readonly errorType: string;
      readonly payload: Buffer;
      readonly isFatal: boolean;
    }
  /** `isStreamed`: the runtime is still writing what nobody takes. */
  | { readonly kind: "oversized"; readonly bytesMax: number; readonly isStreamed: boolean };

/** It did not, or not with all that was to follow. */
export type RunBreak =
  | BrokenEnd
  | { readonly kind: "timeout" }
  /** The runtime ended before it took the invocation: nothing of it ran. */
  | { readonly kind: "undelivered" };

/**
 * `settled` is there when the invocation goes on after its answer: until the runtime asks for the next one, and every
 * extension that was told of it does. It resolves to what broke that off, or to undefined.
 */
export type RunEnd = (RunAnswer & { readonly settled?: Promise<RunBreak | undefined> }) | RunBreak;

export interface Started {
  readonly sandbox: Sandbox;
  /** What the guest's environment was made of. */
  readonly variables: Readonly<Record<string, string>>;
  /** Its runtime is the copy of one that was initialised before. */
  readonly isRestored: boolean;
  /** Takes the list of the modules that its runtime has loaded, as it came; not called twice. */
  readonly onLoaded?: ((modules: Buffer) => void) | undefined;
  /** Told when the init phase is over, well or badly. */
  readonly onInitEnd?: (() => void) | undefined;
}

/** Starts the sandbox; it calls `prepare` before. */
export type SandboxStarter = (prepare: (surroundings: Surroundings) => void) => Promise<Started>;

export interface RuntimeProcessOptions {
  readonly log: EnvironmentLog;
  readonly clock: Clock;
  readonly start: SandboxStarter;
  readonly initializationType: InitializationType;
  /** Whether its init is an environment's own phase, or part of an invocation. */
  readonly phase: "init" | "invoke";
  /** Called when it cannot go on: a process ended, or an extension failed. Perhaps more than once. */
  readonly onBroken: () => void;
}

/** After its first process ended, the rest of a guest's output is waited for this long. */
const LOG_END_MS_MAX = 500;

interface RunInProgress {
  readonly requestId: string;
  readonly end: Deferred<RunEnd>;
  readonly response: ResponseInPieces;
  /** Set while the invocation is handed over but not yet taken by the runtime. */
  onTaken: (() => void) | undefined;
}

export class RuntimeProcess implements RuntimeListener {
  readonly #options: RuntimeProcessOptions;
  readonly #init = deferred<InitEnd>();
  #sandbox: Sandbox | undefined;
  #variables: Readonly<Record<string, string>> = {};
  #apis: GuestApis | undefined;
  #link: RuntimeLink | undefined;
  readonly #adopted = deferred<void>();
  #isRuntimeReady = false;
  #run: RunInProgress | undefined;
  /** Set from an answer until everybody is done with the invocation. */
  #settling: Deferred<RunBreak | undefined> | undefined;
  #isRuntimeIdle = false;
  #isStopped = false;
  #isRestored = false;
  #snapshotReport: Buffer | undefined;
  #tellLoaded: ((modules: Buffer) => void) | undefined;
  #hasInitEnded = false;
  #hasExited = false;
  #peakMemoryBytes = 0;
  #exited: Promise<void> = Promise.resolve();
  #gone: Promise<void> = Promise.resolve();

  constructor(options: RuntimeProcessOptions) {
    this.#options = options;
    // Often nobody waits for it.
    this.#adopted.promise.catch(() => {});
  }

  /** What came of the init phase. */
  get initEnd(): Promise<InitEnd> {
    return this.#init.promise;
  }

  /** Whether its runtime is the copy of one that was initialised before; known once it has started. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** What the runtime said of itself when it was ready to be copied. */
  get snapshotReport(): Buffer | undefined {
    return this.#snapshotReport;
  }

  /** Resolves when every process, file and group of it is gone. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** Rejects when the sandbox cannot be started. */
  async start(): Promise<void> {
    const started = this.#start();
    this.#gone = started.then(
      () => this.#exited,
      () => {},
    );
    await started;
  }

  async #start(): Promise<void> {
    try {
      const started = await this.#options.start((surroundings) => this.#prepare(surroundings));
      this.#isRestored = started.isRestored;
      this.#variables = started.variables;
      this.#tellLoaded = started.onLoaded;
      const { onInitEnd } = started;
      if (onInitEnd !== undefined) void this.#init.promise.then(onInitEnd);
      this.#adopt(started.sandbox);
    } catch (error) {
      this.#apis?.close();
      this.#adopted.reject(new Closed("its sandbox could not be started"));
      throw error;
    }
  }

  #prepare(surroundings: Surroundings): void {
    const { log, clock } = this.#options;
    this.#apis = new GuestApis({
      surroundings,
      listener: this,
      log,
      clock,
      onRegistered: () => this.#sandbox?.supervisor?.startRuntime(),
      onChange: () => this.#look(),
      onFailure: (failure) => this.#break({ kind: "broken", failure }),
    });
    this.#link = this.#apis.link;
  }

  /** One at a time, after the init phase. */
  run(invocation: Invocation, deadlineMs: number, onTaken: () => void): Promise<RunEnd> {
    if (this.#hasExited || this.#isStopped) return Promise.resolve({ kind: "undelivered" });
    const end = deferred<RunEnd>();
    const { requestId, sink } = invocation;
    this.#run = { requestId, end, response: new ResponseInPieces(sink), onTaken };
    this.#isRuntimeIdle = false;
    sink?.onRoom(() => this.#link?.resume());
    this.#apis?.invoke({
      eventType: "INVOKE",
      deadlineMs,
      requestId,
      invokedFunctionArn: invocation.invokedArn,
      tracing: { type: "X-Amzn-Trace-Id", value: invocation.traceId ?? "" },
    });
    this.#link?.deliver({
      requestId,
      deadlineMs,
      invokedFunctionArn: invocation.invokedArn,
      traceId: invocation.traceId,
      clientContext: invocation.clientContext,
      payload: invocation.payload,
    });
    return end.promise;
  }

  /** The function's time is up. */
  timeOut(): void {
    this.#endRun({ kind: "timeout" });
  }

  /**
   * Ends every process, and an invocation that is out: at once, or where there are extensions, after they were told.
   * Safe to call again.
   */
  stop(reason: ShutdownReason): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#endRun({ kind: "broken", failure: exitFailure({ code: null, signal: "SIGKILL" }) });
    const sandbox = this.#sandbox;
    const apis = this.#apis;
    if (sandbox === undefined || apis === undefined || apis.extensions.count === 0 || this.#hasExited) {
      this.#kill();
      return;
    }
    this.thaw();
    void shutDown({ sandbox, apis, reason, clock: this.#options.clock }).finally(() => this.#kill());
  }

  #kill(): void {
    this.#sandbox?.kill();
    this.#link?.close();
    this.#apis?.close();
  }

  /** Nothing of it runs until `thaw`. False where the machine cannot do that. */
  freeze(): boolean {
    if (this.#hasExited || this.#sandbox?.freeze() !== true) return false;
    this.#apis?.telemetry.pause();
    return true;
  }

  thaw(): void {
    if (this.#hasExited) return;
    this.#sandbox?.thaw();
    this.#apis?.telemetry.resume();
  }

  /** Starts a further program beside the runtime, with its variables. Rejects with Closed. */
  async enter(spec: EnterSpec): Promise<Entered> {
    if (this.#hasExited || this.#isStopped || this.#sandbox === undefined)
      throw new Closed("its sandbox has ended");
    return this.#sandbox.enter({ ...spec, variables: { ...this.#variables, ...spec.variables } });
  }

  /** Resolves when its sandbox runs; rejects with Closed. */
  get running(): Promise<void> {
    return this.#adopted.promise;
  }

  /** Bytes; keeps its last value after the exit. */
  peakMemoryBytes(): number {
    if (!this.#hasExited && this.#sandbox !== undefined)
      this.#peakMemoryBytes = this.#sandbox.peakMemoryBytes();
    return this.#peakMemoryBytes;
  }

  onReady(): void {
    this.#isRuntimeReady = true;
    this.#runtimeDone("success");
    this.#apis?.extensions.close();
    this.#look();
  }

  onSnapshot(report: Buffer): void {
    this.#snapshotReport ??= report;
    this.onReady();
  }

  onLoaded(modules: Buffer): void {
    const tell = this.#tellLoaded;
    this.#tellLoaded = undefined;
    tell?.(modules);
  }

  onIdle(): void {
    this.#isRuntimeIdle = true;
    this.#look();
  }

  onTaken(): void {
    const notify = this.#run?.onTaken;
    if (this.#run !== undefined) this.#run.onTaken = undefined;
    notify?.();
  }

  onResponse(requestId: string, payload: Buffer): void {
    const response = this.#responseTo(requestId);
    if (response === undefined) return;
    response.begin(WHOLE_CONTENT_TYPE);
    response.add(payload);
    this.#answer({ kind: "response", payload: response.end() });
  }

  onResponseBegin(requestId: string, contentType: string): void {
    this.#responseTo(requestId)?.begin(contentType);
  }

  onResponseChunk(requestId: string, chunk: Buffer): boolean {
    const response = this.#responseTo(requestId);
    if (response === undefined) return true;
    const more = response.add(chunk);
    if (more !== "tooLarge") return more === "more";
    this.#answer({ kind: "oversized", bytesMax: response.bytesMax, isStreamed: true });
    return true;
  }

  onResponseEnd(requestId: string): void {
    const response = this.#responseTo(requestId);
    if (response !== undefined) this.#answer({ kind: "response", payload: response.end() });
  }

  onError(requestId: string, errorType: string, payload: Buffer, isFatal: boolean): void {
    if (this.#responseTo(requestId) !== undefined) {
      this.#answer({ kind: "error", errorType, payload, isFatal });
    }
  }

  onOversizedResponse(requestId: string): void {
    if (this.#responseTo(requestId) === undefined) return;
    const bytesMax = LAMBDA_LIMITS.responsePayloadBytesMax;
    this.#answer({ kind: "oversized", bytesMax, isStreamed: false });
  }

  onInitError(errorType: string, payload: Buffer): void {
    this.#runtimeDone("error", errorType);
    this.#endInit({ kind: "error", errorType, payload });
  }

  #runtimeDone(status: "success" | "error", errorType?: string): void {
    const { log, initializationType, phase } = this.#options;
    const kind = this.#isRestored ? "restoreRuntimeDone" : "initRuntimeDone";
    log.platform({ kind, initializationType, phase, status, errorType });
  }

  /** Something that others wait for has happened. */
  #look(): void {
    const { extensions } = this.#apis ?? {};
    if (this.#isRuntimeReady && extensions?.isReady !== false) this.#endInit({ kind: "ready" });
    if (this.#isRuntimeIdle && extensions?.isBusy !== true) this.#settle(undefined);
  }

  #endInit(end: InitEnd): void {
    if (this.#hasInitEnded) return;
    this.#hasInitEnded = true;
    this.#apis?.endInit();
    this.#init.resolve(end);
  }

  #responseTo(requestId: string): ResponseInPieces | undefined {
    return this.#run?.requestId === requestId ? this.#run.response : undefined;
  }

  #adopt(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
    this.#adopted.resolve();
    const { log, clock, onBroken } = this.#options;
    const readTheRest = readAtPace(sandbox.logs, clock, (chunk) => log.push(chunk));
    if (sandbox.supervisor !== undefined) this.#watch(sandbox.supervisor);
    // What it printed last may still be on its way when the process is gone.
    const logsEnded = new Promise<void>((resolve) => sandbox.logs.once("close", resolve));
    this.#exited = sandbox.exited.then(async (status) => {
      sandbox.kill();
      readTheRest();
      // Without isolation a process that slipped away may keep the pipe open for ever.
      const patience = deferred<void>();
      const timer = clock.after(LOG_END_MS_MAX, () => patience.resolve());
      await Promise.race([logsEnded, patience.promise]);
      timer.cancel();
      this.peakMemoryBytes();
      this.#hasExited = true;
      this.#link?.close();
      this.#apis?.close();
      this.#break({ kind: "broken", failure: exitFailure(status) });
      onBroken();
      await sandbox.dispose();
    });
    if (this.#link !== undefined) sandbox.control.on("error", () => {});
    else this.#link = framedLink(sandbox.control, this);
    this.#apis?.extensions.started();
    // Stopped while the sandbox was being started.
    if (this.#isStopped) this.#kill();
  }

  #watch(supervisor: Supervisor): void {
    const { log, clock } = this.#options;
    readAtPace(supervisor.extensionLogs, clock, (chunk) => log.pushExtensions(chunk));
    supervisor.onExtensionExited = (index, { code }) => this.#apis?.extensions.exited(index, code);
    void supervisor.runtimeExited.then((status) => {
      if (!this.#isStopped) this.#break({ kind: "broken", failure: exitFailure(status) });
    });
  }

  /** This life cannot go on: whatever is waited for will not come. */
  #break(end: BrokenEnd): void {
    this.#endInit(end);
    this.#endRun(this.#run?.onTaken === undefined ? end : { kind: "undelivered" });
    this.#options.onBroken();
  }

  /** The invocation that is out ends without an answer, or without what was to follow it. */
  #endRun(end: RunBreak): void {
    if (this.#run !== undefined) this.#finish(end);
    else this.#settle(end);
  }

  #settle(end: RunBreak | undefined): void {
    this.#settling?.resolve(end);
    this.#settling = undefined;
  }

  #answer(answer: RunAnswer): void {
    const goesOn = this.#link?.asksForWork === true || this.#apis?.extensions.isBusy === true;
    this.#isRuntimeIdle = this.#link?.asksForWork !== true;
    if (!goesOn || isFinal(answer)) {
      this.#finish(answer);
      return;
    }
    this.#settling = deferred();
    this.#finish({ ...answer, settled: this.#settling.promise });
  }

  #finish(end: RunEnd): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    // A turn of the event loop later everything the guest had printed before its reply has been read: both
    // descriptors were readable in the same poll.
    setImmediate(() => {
      this.#options.log.flushPartial();
      run.end.resolve(end);
    });
  }
}

/** Whether nothing can follow: the runtime ends itself, or goes on writing what nobody takes. */
export function isFinal(answer: RunAnswer): boolean {
  return (answer.kind === "error" && answer.isFatal) || (answer.kind === "oversized" && answer.isStreamed);
}
