/**
 * What an invocation's bookkeeping costs when many environments are idle: the real EnvironmentPool, ConcurrencyLedger and
 * timers, but fake environments, because nobody has the memory for ten thousand sandboxes. They are given to the pool
 * as if used before, past the machine's bound, each of a function of its own.
 */
import { ENVIRONMENT_LIMITS } from "../src/config/mod.ts";
import { ConcurrencyLedger, EnvironmentPool } from "../src/dataplane/mod.ts";
import { type Clock, systemClock } from "../src/kit/mod.ts";
import type { FunctionVersion, Scope } from "../src/model/mod.ts";
import { type Spread, spread } from "./statistics.ts";

const SIZES = [0, 1000, 10_000];
const RUNS = 5;
const ROUNDS = 200_000;
const WARM_UP_ROUNDS = 50_000;
const SWEEPS = 200;
const KEEP_ALIVE_MS = 3_600_000;
const TIMEOUT_MS = 3000;

const SCOPE: Scope = { accountId: "000000000000", region: "us-east-1" };

type Environment = NonNullable<ReturnType<EnvironmentPool["takeIdle"]>>;

export interface Bookkeeping {
  readonly what: string;
  readonly unit: "ns" | "µs";
  /** For each size. */
  readonly measured: readonly Spread[];
}

export function bookkeeping(): Bookkeeping[] {
  const places = SIZES.map((idle) => new Place(idle));
  for (const place of places) place.invocations(WARM_UP_ROUNDS);
  const invocations = SIZES.map(() => [] as number[]);
  const sweeps = SIZES.map(() => [] as number[]);
  for (let run = 0; run < RUNS; run++) {
    places.forEach((place, size) => {
      invocations[size]?.push(place.invocations(ROUNDS) * 1e6);
      sweeps[size]?.push(place.sweeps(SWEEPS) * 1e3);
    });
  }
  for (const place of places) place.close();
  return [
    { what: "admit, take, one timer, give back", unit: "ns", measured: invocations.map(spread) },
    { what: "a look for what was idle too long", unit: "µs", measured: sweeps.map(spread) },
  ];
}

/** A pool with so many idle environments, and one more of the function that is called. */
class Place {
  readonly #pool: EnvironmentPool;
  readonly #ledger = new ConcurrencyLedger(1000);
  readonly #called = targetOf("called");
  readonly #timers: { cancel(): void }[] = [];
  #sweep: () => void = () => {};

  constructor(idle: number) {
    const clock: Clock = {
      ...systemClock,
      // The pool's only timer is its look for what was idle too long: it is run by hand.
      after: (_, task) => {
        this.#sweep = task;
        return { cancel: () => {} };
      },
    };
    this.#pool = new EnvironmentPool({
      create: () => {
        throw new Error("nothing is created here");
      },
      clock,
      keepAliveMs: KEEP_ALIVE_MS,
      ageMsMax: Number.POSITIVE_INFINITY,
      idleBytesMax: Number.POSITIVE_INFINITY,
    });
    for (let index = 0; index < idle; index++) {
      this.#pool.release(fakeEnvironment(`idle-${index}`));
      // Each waits to be frozen, as at worst all do at once.
      this.#timers.push(systemClock.after(ENVIRONMENT_LIMITS.keepAliveMsDefault, () => {}));
    }
    this.#pool.release(fakeEnvironment("called"));
  }

  /** Milliseconds for each. */
  invocations(rounds: number): number {
    const { name, configurationId } = this.#called;
    const startedMs = performance.now();
    for (let round = 0; round < rounds; round++) {
      const slot = this.#ledger.acquire(SCOPE, name, configurationId);
      const environment = this.#pool.takeIdle(this.#called);
      if (environment === undefined || typeof slot === "string") throw new Error("there is none");
      systemClock.after(TIMEOUT_MS, () => {}).cancel();
      this.#pool.release(environment);
      this.#ledger.release(SCOPE, slot);
    }
    return (performance.now() - startedMs) / rounds;
  }

  /** Milliseconds for each; nothing is old enough to end. */
  sweeps(count: number): number {
    const startedMs = performance.now();
    for (let round = 0; round < count; round++) this.#sweep();
    return (performance.now() - startedMs) / count;
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
  }
}

function targetOf(name: string): FunctionVersion {
  return { name, configurationId: `configuration-${name}` } as FunctionVersion;
}

/** What the pool asks of an environment. */
function fakeEnvironment(name: string): Environment {
  const nowMs = systemClock.monotonicMs();
  return {
    state: "frozen",
    target: targetOf(name),
    initializationType: "on-demand",
    createdMs: nowMs,
    idleSinceMs: nowMs,
    knownPeakBytes: 10_000_000,
  } as unknown as Environment;
}

export function bookkeepingTable(costs: readonly Bookkeeping[]): string[] {
  const sizes = SIZES.map((size) => `${size.toLocaleString("en")} idle`);
  return [
    `| bookkeeping alone, fake environments in the real pool (${RUNS} runs) | unit | ${sizes.join(" | ")} |`,
    `|---|---|${SIZES.map(() => "---|").join("")}`,
    ...costs.map(
      ({ what, unit, measured }) =>
        `| ${what} | ${unit} | ${measured.map(({ median, min, max }) => `${digits(median)} (${digits(min)}–${digits(max)})`).join(" | ")} |`,
    ),
  ];
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
