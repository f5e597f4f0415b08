/** Which environments live: hands out idle ones, makes new ones, ends what is stale, idle too long, or too many. */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import type { ExecutionEnvironment } from "./execution-environment.ts";

/** Makes an environment that is still to be initialised. */
export type EnvironmentFactory = (
  scope: Scope,
  target: FunctionVersion,
  onEnded: (environment: ExecutionEnvironment) => void,
) => ExecutionEnvironment;

export interface PoolOptions {
  readonly create: EnvironmentFactory;
  readonly clock: Clock;
  readonly keepAliveMs: number;
}

/** Configurations known to be replaced; enough to outlast every invocation that may still name one. */
const RETIRED_REMEMBERED_MAX = 10_000;

export class EnvironmentPool {
  readonly #options: PoolOptions;
  /** Idle environments by configuration, the last used at the end. */
  readonly #idle = new Map<string, ExecutionEnvironment[]>();
  readonly #alive = new Set<ExecutionEnvironment>();
  readonly #retired = new Set<string>();
  /** Environments whose last processes are still going. */
  readonly #ending = new Set<Promise<void>>();
  #sweep: Timer | undefined;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A warm environment for exactly this code and these settings, the most recently used; it is the caller's now. */
  takeIdle(target: FunctionVersion): ExecutionEnvironment | undefined {
    const idle = this.#idle.get(target.configurationId);
    return idle?.pop();
  }

  /** A new environment, not yet initialised; undefined when this machine's bound is reached. */
  create(scope: Scope, target: FunctionVersion): ExecutionEnvironment | undefined {
    if (this.#closed) return undefined;
    if (this.#alive.size >= ENVIRONMENT_LIMITS.environmentsMax && !this.#endLeastRecentlyUsed())
      return undefined;
    const environment = this.#options.create(scope, target, (ended) => this.#forget(ended));
    this.#alive.add(environment);
    return environment;
  }

  /** Gives back what was taken or created; an ended environment is forgotten already. */
  release(environment: ExecutionEnvironment): void {
    if (environment.state !== "idle") return;
    const { configurationId } = environment.target;
    if (this.#closed || this.#retired.has(configurationId) || this.#options.keepAliveMs === 0) {
      environment.end();
      return;
    }
    const idle = this.#idle.get(configurationId);
    if (idle === undefined) this.#idle.set(configurationId, [environment]);
    else idle.push(environment);
    this.#sweep ??= this.#options.clock.after(this.#options.keepAliveMs, () => this.#endIdleTooLong());
  }

  /** The configuration is replaced or deleted: idle environments end now, busy ones after their invocation. */
  retire(configurationId: string): void {
    this.#retired.add(configurationId);
    if (this.#retired.size > RETIRED_REMEMBERED_MAX) {
      const [oldest] = this.#retired;
      if (oldest !== undefined) this.#retired.delete(oldest);
    }
    for (const environment of [...(this.#idle.get(configurationId) ?? [])]) environment.end();
  }

  /** What every living environment runs. */
  targets(): FunctionVersion[] {
    return [...this.#alive].map((environment) => environment.target);
  }

  counts(): { alive: number; idle: number } {
    let idle = 0;
    for (const environments of this.#idle.values()) idle += environments.length;
    return { alive: this.#alive.size, idle };
  }

  /** Ends everything and waits until it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sweep?.cancel();
    for (const environment of [...this.#alive]) environment.end();
    await Promise.all(this.#ending);
  }

  #forget(environment: ExecutionEnvironment): void {
    this.#alive.delete(environment);
    const { configurationId } = environment.target;
    const idle = this.#idle.get(configurationId);
    const at = idle?.indexOf(environment) ?? -1;
    if (at >= 0) idle?.splice(at, 1);
    if (idle?.length === 0) this.#idle.delete(configurationId);
    const gone = environment.gone.finally(() => this.#ending.delete(gone));
    this.#ending.add(gone);
  }

  #endIdleTooLong(): void {
    const { clock, keepAliveMs } = this.#options;
    const nowMs = clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const environments of [...this.#idle.values()]) {
      for (const environment of [...environments]) {
        const leftMs = environment.idleSinceMs + keepAliveMs - nowMs;
        if (leftMs <= 0) environment.end();
        else nextMs = Math.min(nextMs, leftMs);
      }
    }
    this.#sweep = Number.isFinite(nextMs) ? clock.after(nextMs, () => this.#endIdleTooLong()) : undefined;
  }

  /** False when nothing is idle. */
  #endLeastRecentlyUsed(): boolean {
    let oldest: ExecutionEnvironment | undefined;
    for (const [first] of this.#idle.values()) {
      if (first !== undefined && (oldest === undefined || first.idleSinceMs < oldest.idleSinceMs))
        oldest = first;
    }
    oldest?.end();
    return oldest !== undefined;
  }
}
