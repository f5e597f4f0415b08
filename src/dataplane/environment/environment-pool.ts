/** Which environments live: hands out idle ones, makes new ones, ends what is stale, idle too long, or too many. */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import { type FunctionVersion, isSnapStart, type Scope } from "../../model/mod.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import type { Debugging } from "./debugging.ts";
import type { ExecutionEnvironment } from "./execution-environment.ts";

/** Makes an environment that is still to be initialised. */
export type EnvironmentFactory = (
  scope: Scope,
  target: FunctionVersion,
  initializationType: InitializationType,
  onEnded: (environment: ExecutionEnvironment) => void,
  debugging?: Debugging,
) => ExecutionEnvironment;

export interface PoolOptions {
  readonly create: EnvironmentFactory;
  readonly clock: Clock;
  readonly keepAliveMs: number;
  /** One that is older ends after its invocation. */
  readonly ageMsMax: number;
  /** What idle environments may hold together, bytes by their peak; beyond it the least recently used end. */
  readonly idleBytesMax: number;
}

/** Environments made ahead for one configuration. */
interface Provision {
  readonly alive: Set<ExecutionEnvironment>;
  idle: ExecutionEnvironment[];
  wanted: number;
  readonly onEnded: (environment: ExecutionEnvironment) => void;
}

/** How soon it is looked again whether somebody is still in an environment that would end otherwise. */
const HELD_LOOK_MS = 1000;

/** Configurations known to be replaced; enough to outlast every invocation that may still name one. */
const RETIRED_REMEMBERED_MAX = 10_000;

export class EnvironmentPool {
  readonly #options: PoolOptions;
  /** Idle environments by configuration, the last used at the end. */
  readonly #idle = new Map<string, ExecutionEnvironment[]>();
  readonly #provisioned = new Map<string, Provision>();
  /** Those with a debugger that have nothing to do, by configuration. */
  readonly #debugged = new Map<string, ExecutionEnvironment[]>();
  readonly #alive = new Set<ExecutionEnvironment>();
  readonly #retired = new Set<string>();
  /**
   * What each environment held at most when it was given back, bytes, 0 while it is taken; and the sum. One that is taken
   * keeps its entry: V8 copies a large map over and over whose entries come and go.
   */
  readonly #held = new Map<ExecutionEnvironment, number>();
  #heldBytes = 0;
  /** Environments whose last processes are still going. */
  readonly #ending = new Set<Promise<void>>();
  #sweep: Timer | undefined;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * A warm environment for exactly this code and these settings, one with a debugger first, then provisioned ones, then the most
   * recently used; it is the caller's now.
   */
  takeIdle({ configurationId }: FunctionVersion): ExecutionEnvironment | undefined {
    const debugged = this.#debugged.get(configurationId)?.pop();
    if (debugged !== undefined) return debugged;
    const provisioned = this.#provisioned.get(configurationId)?.idle.pop();
    if (provisioned !== undefined) return provisioned;
    const idle = this.#idle.get(configurationId)?.pop();
    if (idle !== undefined) this.#letGo(idle);
    return idle;
  }

  /** A new environment, not yet initialised; undefined when this machine's bound is reached. */
  create(
    scope: Scope,
    target: FunctionVersion,
    initializationType: InitializationType = isSnapStart(target) ? "snap-start" : "on-demand",
    debugging?: Debugging,
  ): ExecutionEnvironment | undefined {
    if (this.#closed) return undefined;
    if (this.#alive.size >= ENVIRONMENT_LIMITS.environmentsMax && !this.#endLeastRecentlyUsed())
      return undefined;
    const forget = (ended: ExecutionEnvironment): void => this.#forget(ended);
    const environment = this.#options.create(scope, target, initializationType, forget, debugging);
    this.#alive.add(environment);
    if (initializationType === "provisioned-concurrency") {
      this.#provisioned.get(target.configurationId)?.alive.add(environment);
    }
    return environment;
  }

  /**
   * Keeps up to `wanted` provisioned environments of a configuration however long they are idle; what is more ends, idle
   * ones now. `onEnded` hears of every one that ends while the provision lasts.
   */
  setProvision(
    configurationId: string,
    wanted: number,
    onEnded: (environment: ExecutionEnvironment) => void = () => {},
  ): void {
    const before = this.#provisioned.get(configurationId);
    if (wanted === 0) this.#provisioned.delete(configurationId);
    else if (before === undefined) {
      this.#provisioned.set(configurationId, { alive: new Set(), idle: [], wanted, onEnded });
    } else before.wanted = wanted;
    if (before === undefined) return;
    for (const environment of [...before.idle]) {
      if (before.alive.size <= wanted) break;
      environment.end();
    }
  }

  /** Gives back what was taken or created; an ended environment is forgotten already. */
  release(environment: ExecutionEnvironment): void {
    if (environment.state === "ended") return;
    const { configurationId } = environment.target;
    if (environment.debugging !== undefined) {
      this.#releaseDebugged(environment);
      return;
    }
    const provision = this.#provisioned.get(configurationId);
    const isRunning = environment.state !== "stopped";
    const isUsedUp = environment.invocations >= ENVIRONMENT_LIMITS.invocationsMax;
    const isProvisionKept =
      isRunning && !isUsedUp && provision !== undefined && provision.alive.size <= provision.wanted;
    if (isProvisionKept && provision.alive.has(environment)) {
      provision.idle.push(environment);
      return;
    }
    const isProvisioned = environment.initializationType === "provisioned-concurrency";
    const ageMs = this.#options.clock.monotonicMs() - environment.createdMs;
    const isYoung = this.#options.keepAliveMs > 0 && !isUsedUp && ageMs < this.#options.ageMsMax;
    const isKept = !isProvisioned && (isYoung || environment.isHeld);
    if (this.#closed || this.#retired.has(configurationId) || !isKept) {
      environment.end();
      return;
    }
    const idle = this.#idle.get(configurationId);
    if (idle === undefined) this.#idle.set(configurationId, [environment]);
    else if (isRunning) idle.push(environment);
    // Those that would have to be started again are taken last.
    else idle.unshift(environment);
    this.#hold(environment);
    this.#sweep ??= this.#options.clock.after(this.#options.keepAliveMs, () => this.#endIdleTooLong());
  }

  #releaseDebugged(environment: ExecutionEnvironment): void {
    const { configurationId } = environment.target;
    if (this.#closed || this.#retired.has(configurationId) || !environment.isDebugged) {
      environment.end();
      return;
    }
    const idle = this.#debugged.get(configurationId);
    if (idle === undefined) this.#debugged.set(configurationId, [environment]);
    else idle.push(environment);
  }

  /** The configuration is replaced or deleted: idle environments end now, busy ones after their invocation. */
  retire(configurationId: string): void {
    this.#retired.add(configurationId);
    if (this.#retired.size > RETIRED_REMEMBERED_MAX) {
      const [oldest] = this.#retired;
      if (oldest !== undefined) this.#retired.delete(oldest);
    }
    this.setProvision(configurationId, 0);
    const idle = [this.#idle, this.#debugged].flatMap((kind) => kind.get(configurationId) ?? []);
    for (const environment of idle) environment.end();
  }

  /** What every living environment runs. */
  targets(): FunctionVersion[] {
    return [...this.#alive].map((environment) => environment.target);
  }

  /** Every one that lives. */
  living(): Iterable<ExecutionEnvironment> {
    return this.#alive;
  }

  counts(): { alive: number; idle: number; frozen: number } {
    let idle = 0;
    for (const environments of this.#idle.values()) idle += environments.length;
    for (const provision of this.#provisioned.values()) idle += provision.idle.length;
    const frozen = this.#alive.values().reduce((sum, { state }) => sum + (state === "frozen" ? 1 : 0), 0);
    return { alive: this.#alive.size, idle, frozen };
  }

  /** Ends everything and waits until it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#provisioned.clear();
    this.#sweep?.cancel();
    for (const environment of [...this.#alive]) environment.end();
    await Promise.all(this.#ending);
  }

  #hold(environment: ExecutionEnvironment): void {
    const bytes = environment.state === "stopped" ? 0 : environment.knownPeakBytes;
    this.#held.set(environment, bytes);
    this.#heldBytes += bytes;
    while (this.#heldBytes > this.#options.idleBytesMax && this.#endLeastRecentlyUsed());
  }

  #letGo(environment: ExecutionEnvironment): void {
    this.#heldBytes -= this.#held.get(environment) ?? 0;
    this.#held.set(environment, 0);
  }

  #forget(environment: ExecutionEnvironment): void {
    this.#alive.delete(environment);
    this.#letGo(environment);
    this.#held.delete(environment);
    const { configurationId } = environment.target;
    for (const kind of [this.#idle, this.#debugged]) {
      const idle = kind.get(configurationId);
      const at = idle?.indexOf(environment) ?? -1;
      if (at >= 0) idle?.splice(at, 1);
      if (idle?.length === 0) kind.delete(configurationId);
    }
    const provision = this.#provisioned.get(configurationId);
    if (provision?.alive.delete(environment) === true) {
      provision.idle = provision.idle.filter((other) => other !== environment);
      provision.onEnded(environment);
    }
    const gone = environment.gone.finally(() => this.#ending.delete(gone));
    this.#ending.add(gone);
  }

  #endIdleTooLong(): void {
    const { clock, keepAliveMs } = this.#options;
    const nowMs = clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const environments of [...this.#idle.values()]) {
      for (const environment of [...environments]) {
        const leftMs = environment.isHeld
          ? Math.max(keepAliveMs, HELD_LOOK_MS)
          : environment.idleSinceMs + keepAliveMs - nowMs;
        if (leftMs <= 0) environment.end();
        else nextMs = Math.min(nextMs, leftMs);
      }
    }
    this.#sweep = Number.isFinite(nextMs) ? clock.after(nextMs, () => this.#endIdleTooLong()) : undefined;
  }

  /** False when nothing is idle. */
  #endLeastRecentlyUsed(): boolean {
    let oldest: ExecutionEnvironment | undefined;
    for (const environments of this.#idle.values()) {
      const first = environments.find(({ isHeld }) => !isHeld);
      if (first !== undefined && (oldest === undefined || first.idleSinceMs < oldest.idleSinceMs))
        oldest = first;
    }
    oldest?.end();
    return oldest !== undefined;
  }
}
