/**
 * Sums up what functions use, by account, region, function, version, architecture and day (UTC). An observation costs a look
 * into a map and some additions; what has come together is written once a second. A crash loses that second, no more.
 */
import { USAGE_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { FunctionVersion, Observation, Scope } from "../../model/mod.ts";
import { USAGE_COUNTS, type UsageLine, type UsageQuery, type UsageStore } from "../../store/mod.ts";
import { ProvisionMeter } from "./provision-meter.ts";
import { type UsageDelta, usageOfInit, usageOfInvocation } from "./usage-of.ts";

export interface UsageMeterOptions {
  readonly store: UsageStore;
  readonly clock: Clock;
  /** Told when a batch could not be written (it stays in memory and is tried again), and when use is lost. */
  readonly reportFault: (error: unknown) => void;
  readonly waitingLinesMax?: number;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
type OpenLine = Mutable<UsageLine>;

const DAY_MS = 24 * 60 * 60 * 1000;

export class UsageMeter {
  readonly #options: UsageMeterOptions;
  readonly #waitingLinesMax: number;
  readonly #provisions: ProvisionMeter;
  #waiting = new Map<string, OpenLine>();
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #isLosing = false;
  /** Of the last clean-up. */
  #cleanedOn = "";
  #day = "";
  #dayEndsMs = 0;

  constructor(options: UsageMeterOptions) {
    this.#options = options;
    this.#waitingLinesMax = options.waitingLinesMax ?? USAGE_LIMITS.waitingLinesMax;
    this.#provisions = new ProvisionMeter(options.clock, (...use) => this.add(...use));
  }

  observe(observation: Observation): void {
    if (observation.kind === "invoked") {
      this.add(observation.scope, observation.target, usageOfInvocation(observation));
    } else if (observation.kind === "provisionChanged") {
      this.#provisions.changed(observation);
    } else if (observation.kind === "initFailed" || observation.kind === "provisionInitialized") {
      this.add(observation.scope, observation.target, usageOfInit(observation));
    }
  }

  add(scope: Scope, target: FunctionVersion, delta: UsageDelta): void {
    const line = this.#line(scope, target);
    if (line === undefined) return;
    addTo(line, delta);
    this.#timer ??= this.#options.clock.after(USAGE_LIMITS.writeDelayMs, () => {
      this.#timer = undefined;
      void this.#write();
    });
  }

  /** What is stored and what still waits, together. */
  async list(query: UsageQuery): Promise<UsageLine[]> {
    await this.flush();
    return this.#options.store.list(query);
  }

  /** Resolves when what waited is written, or could not be. */
  async flush(): Promise<void> {
    await this.#writing;
    await this.#write();
  }

  /** Writes what waits. The store may be closed then. */
  async close(): Promise<void> {
    this.#provisions.close();
    this.#timer?.cancel();
    await this.flush();
    this.#timer?.cancel();
  }

  #line(scope: Scope, target: FunctionVersion): OpenLine | undefined {
    const day = this.#today();
    const architecture = target.settings.Architectures[0] ?? "x86_64";
    const { accountId, region } = scope;
    const key = `${day} ${accountId} ${region} ${target.name} ${target.version} ${architecture}`;
    const known = this.#waiting.get(key);
    if (known !== undefined) return known;
    if (this.#waiting.size >= this.#waitingLinesMax) {
      if (!this.#isLosing) this.#options.reportFault(new Error("use is not counted: too much waits"));
      this.#isLosing = true;
      return undefined;
    }
    const { name: functionName, version } = target;
    const line = { day, accountId, region, functionName, version, architecture, ...zeros() };
    this.#waiting.set(key, line);
    return line;
  }

  #today(): string {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs >= this.#dayEndsMs || nowMs < this.#dayEndsMs - DAY_MS) {
      this.#day = dayOf(nowMs);
      this.#dayEndsMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
    }
    return this.#day;
  }

  /** Never rejects. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    const { store, reportFault } = this.#options;
    const batch = this.#waiting;
    if (batch.size === 0) return;
    this.#waiting = new Map();
    try {
      await store.add([...batch.values()]);
      this.#isLosing = false;
      await this.#cleanUp();
    } catch (error) {
      reportFault(error);
      this.#putBack(batch);
    }
  }

  /** What could not be written goes with the next batch. */
  #putBack(batch: ReadonlyMap<string, OpenLine>): void {
    for (const [key, line] of batch) {
      const newer = this.#waiting.get(key);
      if (newer === undefined) this.#waiting.set(key, line);
      else addTo(newer, line);
    }
  }

  async #cleanUp(): Promise<void> {
    const today = this.#today();
    if (this.#cleanedOn === today) return;
    this.#cleanedOn = today;
    const { store, clock, reportFault } = this.#options;
    // What was written stays written: a failure here must not bring the batch again.
    await store.removeBefore(dayOf(clock.nowMs() - USAGE_LIMITS.daysKept * DAY_MS)).catch(reportFault);
  }
}

/** UTC, `2026-11-21`. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

function zeros(): Mutable<Required<UsageDelta>> {
  return Object.fromEntries(USAGE_COUNTS.map((name) => [name, 0])) as Mutable<Required<UsageDelta>>;
}

function addTo(line: OpenLine, delta: UsageDelta): void {
  for (const name of USAGE_COUNTS) line[name] += delta[name] ?? 0;
}
