/**
 * One execution environment: a place with a /tmp and a log stream of its own in which a runtime serves one invocation at
 * a time. Its processes may end and be started again; the place stays.
 *
 * | state        | invariant                                              | leaves it on                                    |
 * |--------------|--------------------------------------------------------|-------------------------------------------------|
 * | stopped      | no process of the guest lives; /tmp and log stay       | init → initializing; end() → ended              |
 * | initializing | the sandbox starts, the runtime loads the function     | ready → idle; failure → stopped; end() → ended  |
 * | idle         | no invocation is out; the runtime waits or soon will   | run → busy; a moment later, unless held → frozen; exit → stopped; end() → ended |
 * | frozen       | nothing of the guest runs                              | run → busy; hold → idle; exit → stopped; end() → ended |
 * | busy         | exactly one invocation is out, or extensions still work on it | all done → idle; timeout, fatal error, exit → stopped; end() → ended |
 * | ended        | nothing is left of it, or soon will be                 |                                                 |
 *
 * Source: "Understanding the Lambda execution environment lifecycle" page; that /tmp survives a timeout is recorded.
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import { type Clock, deferred, type Timer } from "../../kit/mod.ts";
import type { FunctionVersion, Invocation, Scope } from "../../model/mod.ts";
import type { ShutdownReason } from "../extensions/extension.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import { Closed, type Entered, type EnterSpec } from "../sandbox/sandbox.ts";
import type { Debugging } from "./debugging.ts";
import type { EnvironmentLog } from "./environment-log.ts";
import { type InitOutcome, initialize } from "./init-phase.ts";
import { isFinal, type RunEnd, RuntimeProcess, type SandboxStarter } from "./runtime-process.ts";

export type EnvironmentState = "stopped" | "initializing" | "idle" | "frozen" | "busy" | "ended";

export interface EnvironmentOptions {
  readonly id: string;
  readonly scope: Scope;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly log: EnvironmentLog;
  readonly clock: Clock;
  readonly start: SandboxStarter;
  /** Where its runtime has a debugger. */
  readonly debugging?: Debugging | undefined;
  /** Gives back what outlives the processes: /tmp and network. */
  readonly discard: () => Promise<void>;
  /** Called once, when the environment has ended. */
  readonly onEnded: (environment: ExecutionEnvironment) => void;
}

export class ExecutionEnvironment {
  readonly id: string;
  readonly scope: Scope;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly log: EnvironmentLog;
  /** Monotonic milliseconds, as are all times here. */
  readonly createdMs: number;
  /** Since when it is in its state. */
  stateSinceMs: number;
  /** How many it was given. */
  invocations = 0;
  /** Of the invocation it runs, or ran last. */
  requestId: string | undefined;
  /** When it had nothing to do last. */
  idleSinceMs = 0;
  readonly debugging: Debugging | undefined;
  readonly #options: EnvironmentOptions;
  #isTimed: boolean;
  /** Starts the time of what is under way, where it was not running. */
  #startTime: (() => void) | undefined;
  #state: EnvironmentState = "stopped";
  #process: RuntimeProcess | undefined;
  #starts = 0;
  #isFreezeDue = false;
  #holders = 0;
  #peakMemoryBytes = 0;
  #unsettled: Promise<void> | undefined;
  #isRestored = false;
  #gone: Promise<void> = Promise.resolve();
  readonly #ended = deferred<void>();

  constructor(options: EnvironmentOptions) {
    this.id = options.id;
    this.scope = options.scope;
    this.target = options.target;
    this.initializationType = options.initializationType;
    this.log = options.log;
    this.createdMs = options.clock.monotonicMs();
    this.stateSinceMs = this.createdMs;
    this.debugging = options.debugging;
    this.#isTimed = options.debugging === undefined;
    this.#options = options;
  }

  get state(): EnvironmentState {
    return this.#state;
  }

  /** Whether its processes never ran: its first init has a budget of its own. */
  get isNew(): boolean {
    return this.#starts === 0;
  }

  /** Whether its last init was the restore of a snapshot. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** Resolves when every process, file and group of it is gone. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** Resolves when it has ended; what is left of it may still be going. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Resolves when an invocation that goes on after its answer is over. */
  get unsettled(): Promise<void> | undefined {
    return this.#unsettled;
  }

  /** Whether somebody is in it: it is not frozen then, and ended only for a reason. */
  get isHeld(): boolean {
    return this.#holders > 0;
  }

  /** Bytes, as the last report had it; costs nothing. */
  get knownPeakBytes(): number {
    return this.#peakMemoryBytes;
  }

  /** Bytes, of the processes that run or ran last. */
  peakMemoryBytes(): number {
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, this.#process?.peakMemoryBytes() ?? 0);
    return this.#peakMemoryBytes;
  }

  /**
   * Brings the runtime up within `budgetMs`; only when stopped. Afterwards the environment is idle, or stopped again.
   * Rejects when the machine could not start a sandbox, which is nobody's fault but ours; then it has ended.
   */
  async init(budgetMs: number): Promise<InitOutcome> {
    invariant(this.#state === "stopped", `an environment that is ${this.#state} cannot be initialised`);
    const { clock, log, start } = this.#options;
    this.#enter("initializing");
    this.#starts++;
    this.#peakMemoryBytes = 0;
    // Two lives share a /tmp and a log stream, but never a moment.
    if (this.#starts > 1) await this.#gone;
    if (this.state === "ended") return { kind: "timeout", durationMs: 0 };
    const process = new RuntimeProcess({
      log,
      clock,
      start,
      initializationType: this.initializationType,
      phase: this.#starts > 1 ? "invoke" : "init",
      onBroken: () => this.#onBroken(process),
    });
    this.#process = process;
    try {
      const init = await initialize(process, { clock, budgetMs: this.#isTimed ? budgetMs : undefined });
      this.#isRestored = process.isRestored;
      if (init.kind !== "ready") this.#stop(init.kind === "timeout" ? "timeout" : "failure");
      else if (this.state === "initializing") this.#becomeIdle();
      return init;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /**
   * Runs one invocation; only after an init that was ready. `timeoutMs` is what is left of the function's time. After a
   * timeout or an exit the environment is stopped. A runtime that ended since it became idle delivers nothing.
   */
  async run(invocation: Invocation, timeoutMs: number, onTaken: () => void): Promise<RunEnd> {
    const process = this.#process;
    if (this.#state === "stopped" || this.#state === "ended" || process === undefined) {
      return { kind: "undelivered" };
    }
    invariant(this.#state === "idle" || this.#state === "frozen", `it is ${this.#state} and cannot run`);
    const { clock } = this.#options;
    if (this.#state === "frozen") process.thaw();
    this.#enter("busy");
    this.invocations++;
    this.requestId = invocation.requestId;
    let timer: Timer | undefined;
    const startTime = (): void => {
      timer = clock.after(timeoutMs, () => process.timeOut());
    };
    if (this.#isTimed) startTime();
    else this.#startTime = startTime;
    const leftMs = this.#isTimed ? timeoutMs : ENVIRONMENT_LIMITS.debuggedRunMs;
    const outcome = await process.run(invocation, Math.floor(clock.nowMs() + leftMs), onTaken);
    this.#startTime = undefined;
    if ("settled" in outcome && outcome.settled !== undefined) {
      this.#unsettled = outcome.settled.then((late) => {
        timer?.cancel();
        this.#unsettled = undefined;
        this.#afterRun(process, late ?? outcome);
      });
      return outcome;
    }
    timer?.cancel();
    this.#afterRun(process, outcome);
    return outcome;
  }

  /** Until the returned function is called somebody is in it. */
  hold(): () => void {
    this.#holders++;
    if (this.#state === "frozen") {
      this.#process?.thaw();
      this.#becomeIdle();
    }
    let isHolding = true;
    return () => {
      if (!isHolding) return;
      isHolding = false;
      this.#holders--;
      // Nobody knows since when it has had nothing to do.
      if (this.#state === "idle") this.#becomeIdle();
    };
  }

  /** Whether its debugger has somebody who uses it: then no time of the function runs. */
  get isDebugged(): boolean {
    return !this.#isTimed;
  }

  /** The debugger's user has gone: what is under way has the function's time from now on, then the environment is to end. */
  leaveDebugger(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#startTime?.();
    if (this.#state !== "busy") this.end();
  }

  /** Starts a program beside the runtime while somebody holds it. Rejects with Closed. */
  async enter(spec: () => EnterSpec): Promise<Entered> {
    invariant(this.isHeld, "an environment that nobody holds may be frozen");
    const process = this.#process;
    if (process === undefined) throw new Closed(`the environment is ${this.#state}`);
    await process.running;
    return process.enter(spec());
  }

  /** The invocation is over in every respect. */
  #afterRun(process: RuntimeProcess, end: RunEnd): void {
    if (this.#process !== process || this.#state !== "busy") return;
    if (isLast(end)) this.#stop(end.kind === "timeout" ? "timeout" : "failure");
    else this.#becomeIdle();
  }

  /** Ends every process of it and removes its /tmp; an invocation that is out ends with it. Safe to call again. */
  end(): void {
    if (this.#state === "ended") return;
    this.#stop("spindown");
    this.#enter("ended");
    this.#gone = this.#gone.then(() => this.#options.discard());
    this.#ended.resolve();
    this.#options.onEnded(this);
  }

  /** An environment that has ended meanwhile stays so. */
  #stop(reason: ShutdownReason): void {
    if (this.#state === "ended") return;
    const process = this.#process;
    this.peakMemoryBytes();
    this.idleSinceMs = this.#enter("stopped");
    if (process === undefined) return;
    this.#process = undefined;
    process.stop(reason);
    const before = this.#gone;
    this.#gone = Promise.all([before, process.gone]).then(() => {});
  }

  /** Out of itself: while it was busy or initialised, whoever waits for it does the rest. */
  #onBroken(process: RuntimeProcess): void {
    if (this.#process !== process) return;
    if (this.#state === "idle" || this.#state === "frozen") this.#stop("failure");
  }

  #becomeIdle(): void {
    this.idleSinceMs = this.#enter("idle");
    if (!this.#isFreezeDue) this.#freezeIn(ENVIRONMENT_LIMITS.freezeDelayMs);
  }

  /** One timer for many short invocations: it looks again until the environment stays idle. */
  #freezeIn(delayMs: number): void {
    this.#isFreezeDue = true;
    this.#options.clock.after(delayMs, () => {
      this.#isFreezeDue = false;
      if (this.#state !== "idle" || this.isHeld) return;
      const leftMs = this.idleSinceMs + ENVIRONMENT_LIMITS.freezeDelayMs - this.#options.clock.monotonicMs();
      if (leftMs > 0) this.#freezeIn(leftMs);
      else if (this.#process?.freeze() === true) this.#enter("frozen");
    });
  }

  /** Returns the moment. */
  #enter(state: EnvironmentState): number {
    this.#state = state;
    this.stateSinceMs = this.#options.clock.monotonicMs();
    return this.stateSinceMs;
  }
}

/** Whether the runtime cannot go on after it. */
function isLast(end: RunEnd): boolean {
  switch (end.kind) {
    case "timeout":
    case "broken":
    case "undelivered":
      return true;
    default:
      return isFinal(end);
  }
}
