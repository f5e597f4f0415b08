/**
 * One life of an environment's processes: a sandbox with a runtime in it, from its start to the exit of its first
 * process. What comes of init and invocations is told once; what arrives late, or from an earlier life, is ignored.
 */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { type Clock, type Deferred, deferred } from "../../kit/mod.ts";
import type { Invocation } from "../../model/mod.ts";
import type { ApiListener } from "../runtime-api/api-listener.ts";
import { framedLink } from "../runtime-api/framed-link.ts";
import { httpLink } from "../runtime-api/http-link.ts";
import { type RuntimeLink, type RuntimeListener, WHOLE_CONTENT_TYPE } from "../runtime-api/runtime-link.ts";
import type { ExitStatus, Sandbox } from "../sandbox/sandbox.ts";
import type { EnvironmentLog } from "./environment-log.ts";
import { ResponseInPieces } from "./response-in-pieces.ts";

export type InitEnd =
  | { readonly kind: "ready" }
  /** The runtime said why: its error JSON. */
  | { readonly kind: "error"; readonly errorType: string; readonly payload: Buffer }
  | { readonly kind: "exit"; readonly status: ExitStatus };

export type RunEnd =
  | { readonly kind: "response"; readonly payload: Buffer }
  /** `isFatal`: the runtime ends itself after it. */
  | {
      readonly kind: "error";
      readonly errorType: string;
      readonly payload: Buffer;
      readonly isFatal: boolean;
    }
  /** `isStreamed`: the runtime is still writing what nobody takes. */
  | { readonly kind: "oversized"; readonly bytesMax: number; readonly isStreamed: boolean }
  | { readonly kind: "exit"; readonly status: ExitStatus }
  | { readonly kind: "timeout" }
  /** The runtime ended before it took the invocation: nothing of it ran. */
  | { readonly kind: "undelivered" };

/** Starts the sandbox; for runtimes that speak HTTP it calls `serve` before. */
export type SandboxStarter = (serve: (api: ApiListener) => void) => Promise<Sandbox>;

export interface RuntimeProcessOptions {
  readonly log: EnvironmentLog;
  readonly clock: Clock;
  readonly start: SandboxStarter;
  /** Called once when the first process is gone and all it printed has been read, or the link failed to come up. */
  readonly onExit: () => void;
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
  #link: RuntimeLink | undefined;
  #run: RunInProgress | undefined;
  #isKilled = false;
  #hasExited = false;
  #peakMemoryBytes = 0;
  #exited: Promise<void> = Promise.resolve();
  #gone: Promise<void> = Promise.resolve();

  constructor(options: RuntimeProcessOptions) {
    this.#options = options;
  }

  /** What came of the init phase. */
  get initEnd(): Promise<InitEnd> {
    return this.#init.promise;
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
      const sandbox = await this.#options.start((api) => {
        this.#link = httpLink(this, api);
      });
      this.#adopt(sandbox);
    } catch (error) {
      this.#link?.close();
      throw error;
    }
  }

  /** One at a time, after the init phase. */
  run(invocation: Invocation, deadlineMs: number, onTaken: () => void): Promise<RunEnd> {
    if (this.#hasExited || this.#isKilled) return Promise.resolve({ kind: "undelivered" });
    const end = deferred<RunEnd>();
    const { requestId, sink } = invocation;
    this.#run = { requestId, end, response: new ResponseInPieces(sink), onTaken };
    sink?.onRoom(() => this.#link?.resume());
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
    this.#finish({ kind: "timeout" });
  }

  /** Ends every process at once, and with them an invocation that is out. Safe to call again. */
  kill(): void {
    if (this.#isKilled) return;
    this.#isKilled = true;
    this.#finish({ kind: "exit", status: { code: null, signal: "SIGKILL" } });
    this.#sandbox?.kill();
    this.#link?.close();
  }

  /** Nothing of it runs until `thaw`. False where the machine cannot do that. */
  freeze(): boolean {
    return !this.#hasExited && this.#sandbox?.freeze() === true;
  }

  thaw(): void {
    if (!this.#hasExited) this.#sandbox?.thaw();
  }

  /** Bytes; keeps its last value after the exit. */
  peakMemoryBytes(): number {
    if (!this.#hasExited && this.#sandbox !== undefined)
      this.#peakMemoryBytes = this.#sandbox.peakMemoryBytes();
    return this.#peakMemoryBytes;
  }

  onReady(): void {
    this.#init.resolve({ kind: "ready" });
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
    this.#finish({ kind: "response", payload: response.end() });
  }

  onResponseBegin(requestId: string, contentType: string): void {
    this.#responseTo(requestId)?.begin(contentType);
  }

  onResponseChunk(requestId: string, chunk: Buffer): boolean {
    const response = this.#responseTo(requestId);
    if (response === undefined) return true;
    const more = response.add(chunk);
    if (more !== "tooLarge") return more === "more";
    this.#finish({ kind: "oversized", bytesMax: response.bytesMax, isStreamed: true });
    return true;
  }

  onResponseEnd(requestId: string): void {
    const response = this.#responseTo(requestId);
    if (response !== undefined) this.#finish({ kind: "response", payload: response.end() });
  }

  onError(requestId: string, errorType: string, payload: Buffer, isFatal: boolean): void {
    if (this.#responseTo(requestId) !== undefined) {
      this.#finish({ kind: "error", errorType, payload, isFatal });
    }
  }

  onOversizedResponse(requestId: string): void {
    if (this.#responseTo(requestId) === undefined) return;
    const bytesMax = LAMBDA_LIMITS.responsePayloadBytesMax;
    this.#finish({ kind: "oversized", bytesMax, isStreamed: false });
  }

  onInitError(errorType: string, payload: Buffer): void {
    this.#init.resolve({ kind: "error", errorType, payload });
  }

  #responseTo(requestId: string): ResponseInPieces | undefined {
    return this.#run?.requestId === requestId ? this.#run.response : undefined;
  }

  #adopt(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
    const { log, clock, onExit } = this.#options;
    sandbox.logs.on("data", (chunk: Buffer) => log.push(chunk));
    sandbox.logs.on("error", () => {});
    // What it printed last may still be on its way when the process is gone.
    const logsEnded = new Promise<void>((resolve) => sandbox.logs.once("close", resolve));
    this.#exited = sandbox.exited.then(async (status) => {
      sandbox.kill();
      // Without isolation a process that slipped away may keep the pipe open for ever.
      const patience = deferred<void>();
      const timer = clock.after(LOG_END_MS_MAX, () => patience.resolve());
      await Promise.race([logsEnded, patience.promise]);
      timer.cancel();
      this.peakMemoryBytes();
      this.#hasExited = true;
      this.#link?.close();
      this.#init.resolve({ kind: "exit", status });
      if (this.#run !== undefined) {
        this.#finish(this.#run.onTaken === undefined ? { kind: "exit", status } : { kind: "undelivered" });
      }
      onExit();
      await sandbox.dispose();
    });
    if (this.#link !== undefined) sandbox.control.on("error", () => {});
    else this.#link = framedLink(sandbox.control, this);
    // Killed while the sandbox was being started.
    if (this.#isKilled) sandbox.kill();
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
