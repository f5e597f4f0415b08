/**
 * `GET /_lambkin/environments`: every execution environment as it is now, and how busy each function is; with `/stream`,
 * the same again whenever something has changed. Nothing is kept for it on the path of invocations: it looks when asked.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { PRODUCT_LIMITS } from "../config/mod.ts";
import type { ConcurrencyLedger, EnvironmentPool, ExecutionEnvironment } from "../dataplane/mod.ts";
import type { Clock } from "../kit/mod.ts";
import type { Observation, Scope } from "../model/mod.ts";
import { json, type ProductHandler } from "./routes.ts";

/** Times are epoch milliseconds. */
export interface EnvironmentView {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly version: string;
  readonly state: "stopped" | "initializing" | "idle" | "frozen" | "busy";
  readonly initializationType: string;
  readonly isRestored: boolean;
  readonly createdAtMs: number;
  readonly stateSinceMs: number;
  readonly invocations: number;
  /** Of the invocation it runs. */
  readonly requestId?: string;
  readonly memoryMib: number;
  readonly peakMemoryBytes: number;
  readonly logGroup: string;
  readonly logStream: string;
}

export interface FunctionView {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly inFlight: number;
  readonly reserved?: number;
  /** Since the server started. */
  readonly throttles: number;
}

export interface EnvironmentsAnswer {
  readonly environments: readonly EnvironmentView[];
  readonly functions: readonly FunctionView[];
  readonly accountLimit: number;
}

export interface EnvironmentsParts {
  readonly pool: Pick<EnvironmentPool, "living">;
  readonly ledger: Pick<ConcurrencyLedger, "functions">;
  readonly clock: Clock;
  readonly accountLimit: number;
  /** Streams end with the server. */
  readonly ending: AbortSignal;
}

export class Environments {
  readonly #parts: EnvironmentsParts;
  readonly #throttles = new Map<string, { readonly scope: Scope; readonly name: string; count: number }>();
  /** When the monotonic clock began; taken once, so that what has not changed looks the same the next time. */
  readonly #epochMs: number;
  #streams = 0;

  constructor(parts: EnvironmentsParts) {
    this.#parts = parts;
    this.#epochMs = parts.clock.nowMs() - parts.clock.monotonicMs();
  }

  observe(observation: Observation): void {
    if (observation.kind !== "throttled") return;
    const { scope, functionName: name } = observation;
    const key = keyOf(scope, name);
    const known = this.#throttles.get(key);
    if (known !== undefined) known.count++;
    else if (this.#throttles.size < PRODUCT_LIMITS.throttledFunctionsMax) {
      const { accountId, region } = scope;
      this.#throttles.set(key, { scope: { accountId, region }, name, count: 1 });
    }
  }

  readonly list: ProductHandler = () => json(this.#now());

  /** Server-sent events. */
  readonly stream: ProductHandler = () => {
    if (this.#streams >= PRODUCT_LIMITS.streamsMax) {
      const answer = json({ message: `No more than ${PRODUCT_LIMITS.streamsMax} streams at a time.` });
      return { ...answer, status: 429 };
    }
    const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };
    return { status: 200, headers, body: this.#changes() };
  };

  async *#changes(): AsyncGenerator<Buffer> {
    const { ending } = this.#parts;
    this.#streams++;
    try {
      let last = "";
      let silentMs = 0;
      while (!ending.aborted) {
        const now = JSON.stringify(this.#now());
        silentMs += PRODUCT_LIMITS.streamIntervalMs;
        // Who left is noticed when something is written.
        const isDue = silentMs >= PRODUCT_LIMITS.streamSilenceMsMax;
        if (now !== last || isDue) {
          yield Buffer.from(now === last ? ":\n\n" : `data: ${now}\n\n`);
          silentMs = 0;
        }
        last = now;
        await sleep(PRODUCT_LIMITS.streamIntervalMs, undefined, { signal: ending, ref: false });
      }
    } catch (error) {
      if (!ending.aborted) throw error;
    } finally {
      this.#streams--;
    }
  }

  #now(): EnvironmentsAnswer {
    const { pool, ledger, accountLimit } = this.#parts;
    const epochOf = (monotonicMs: number): number => Math.round(this.#epochMs + monotonicMs);
    const environments: EnvironmentView[] = [];
    for (const each of pool.living()) {
      if (each.state !== "ended") environments.push(viewOf(each, each.state, epochOf));
    }
    const functions = new Map<string, FunctionView>();
    for (const { scope, name, count } of this.#throttles.values()) {
      functions.set(keyOf(scope, name), { ...scope, functionName: name, inFlight: 0, throttles: count });
    }
    for (const { scope, name, inFlight, reserved } of ledger.functions()) {
      const key = keyOf(scope, name);
      const throttles = functions.get(key)?.throttles ?? 0;
      const limits = reserved === undefined ? {} : { reserved };
      functions.set(key, { ...scope, functionName: name, inFlight, throttles, ...limits });
    }
    return { environments, functions: [...functions.values()], accountLimit };
  }
}

function viewOf(
  environment: ExecutionEnvironment,
  state: EnvironmentView["state"],
  epochOf: (monotonicMs: number) => number,
): EnvironmentView {
  const { id, scope, target, initializationType, isRestored, invocations, requestId, log } = environment;
  const isRunning = state === "busy" || state === "initializing";
  return {
    id,
    accountId: scope.accountId,
    region: scope.region,
    functionName: target.name,
    version: target.version,
    ...{ state, initializationType, isRestored },
    createdAtMs: epochOf(environment.createdMs),
    stateSinceMs: epochOf(environment.stateSinceMs),
    invocations,
    ...(state === "busy" && requestId !== undefined && { requestId }),
    memoryMib: target.settings.MemorySize,
    // Reading it anew takes a system call: only where it may have changed.
    peakMemoryBytes: isRunning ? environment.peakMemoryBytes() : environment.knownPeakBytes,
    logGroup: log.stream.group,
    logStream: log.stream.stream,
  };
}

function keyOf({ accountId, region }: Scope, name: string): string {
  return `${accountId}/${region}/${name}`;
}
