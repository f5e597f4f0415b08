/**
 * Counts requests in flight as AWS does: a reservation is a function's floor and ceiling, everybody else shares what
 * the reservations leave of the account's limit, and what is provisioned for one version is taken out of the pool its
 * function draws on. Where it is asked to, it counts synchronous requests a second, too: ten for each unit of concurrency.
 * Source: "Understanding Lambda function scaling" and "Lambda quotas" pages.
 */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { ThrottleReason } from "../../errors/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { ConcurrencyLoad, Invoked, Scope } from "../../model/mod.ts";
import { PlaceLine } from "./place-line.ts";
import { TokenBucket } from "./token-bucket.ts";

/** One unit of concurrency, to be given back as it was got. */
export type Slot = FunctionCount | ProvisionedCount;

interface FunctionCount {
  readonly kind: "onDemand";
  readonly name: string;
  /** Without those that a provisioned unit carries. */
  inFlight: number;
  reserved: number | undefined;
  /** By configuration. */
  readonly provisioned: Map<string, ProvisionedCount>;
  provisionedTotal: number;
  /** Requests of a function with a reservation, where they are counted. */
  rate: TokenBucket | undefined;
}

interface ProvisionedCount {
  readonly kind: "provisioned";
  readonly owner: FunctionCount;
  amount: number;
  inFlight: number;
  /** No longer provisioned: what is in flight counts as on demand. */
  isGone: boolean;
}

interface ScopeCount {
  readonly scope: Scope;
  readonly functions: Map<string, FunctionCount>;
  inFlight: number;
  reservedTotal: number;
  /** Of functions without a reservation: on demand in flight, and provisioned. */
  unreservedInFlight: number;
  unreservedProvisioned: number;
  /** Functions that are remembered before those that nothing is known of are forgotten. */
  sweepAt: number;
  /** Requests of functions without a reservation, where they are counted. */
  rate: TokenBucket | undefined;
  readonly line: PlaceLine;
}

const REMEMBERED_MAX = 1000;

export class ConcurrencyLedger {
  readonly #accountLimit: number;
  readonly #rateClock: Clock | undefined;
  readonly #scopes = new Map<string, ScopeCount>();

  /** With a clock requests a second are limited, too. */
  constructor(accountLimit: number, rateClock?: Clock) {
    this.#accountLimit = accountLimit;
    this.#rateClock = rateClock;
  }

  /** Takes one unit of concurrency, provisioned first, or says why there is none. Asynchronous requests have no rate. */
  acquire(
    scope: Scope,
    functionName: string,
    configurationId: string,
    isAsync = false,
  ): ThrottleReason | Slot {
    const counts = this.#scope(scope);
    const count = functionOf(counts, functionName);
    const provisioned = count.provisioned.get(configurationId);
    if (provisioned !== undefined && provisioned.inFlight < provisioned.amount) {
      counts.inFlight++;
      provisioned.inFlight++;
      return provisioned;
    }
    if (count.reserved === undefined) {
      const limit = this.#accountLimit - counts.reservedTotal - counts.unreservedProvisioned;
      if (counts.unreservedInFlight >= limit) return "ConcurrentInvocationLimitExceeded";
      if (!isAsync && !this.#isWithinRate(counts)) return "FunctionInvocationRateLimitExceeded";
      counts.unreservedInFlight++;
    } else if (count.inFlight >= count.reserved - count.provisionedTotal) {
      return "ReservedFunctionConcurrentInvocationLimitExceeded";
    } else if (!isAsync && !this.#isWithinRate(count)) {
      return "ReservedFunctionInvocationRateLimitExceeded";
    }
    counts.inFlight++;
    count.inFlight++;
    return count;
  }

  /** One who waits for such a place is woken, unless nothing could run in it: the same would happen to the next. */
  release(scope: Scope, slot: Slot, wasUsed = true): void {
    const counts = this.#scope(scope);
    counts.inFlight--;
    if (slot.kind === "provisioned" && !slot.isGone) {
      slot.inFlight--;
      if (wasUsed) counts.line.freedFor(slot.owner.name);
      return;
    }
    const count = slot.kind === "provisioned" ? slot.owner : slot;
    count.inFlight--;
    const isShared = count.reserved === undefined;
    if (isShared) counts.unreservedInFlight--;
    if (wasUsed) counts.line.freed(count.name, isShared);
  }

  /**
   * Calls `wake` once, when it is the function's turn for a place that became free; somebody who does not wait may still be
   * quicker. Returns how to wait no longer.
   */
  waitForPlace(scope: Scope, functionName: string, wake: () => void): () => void {
    const { functions, line } = this.#scope(scope);
    return line.join(functionName, functions.get(functionName)?.reserved === undefined, wake);
  }

  /** Requests in flight keep their place: they move between the pools with their function. */
  setReserved(scope: Scope, functionName: string, reserved: number | undefined): void {
    const counts = this.#scope(scope);
    const count = functionOf(counts, functionName);
    if (count.reserved === undefined) {
      counts.unreservedInFlight -= count.inFlight;
      counts.unreservedProvisioned -= count.provisionedTotal;
    }
    counts.reservedTotal += (reserved ?? 0) - (count.reserved ?? 0);
    count.reserved = reserved;
    count.rate = reserved === undefined ? undefined : this.#rateFor(reserved);
    if (reserved === undefined) {
      counts.unreservedInFlight += count.inFlight;
      counts.unreservedProvisioned += count.provisionedTotal;
    }
    counts.line.changed();
  }

  /** `amount` 0 takes the provision away. */
  setProvisioned(scope: Scope, functionName: string, configurationId: string, amount: number): void {
    const counts = this.#scope(scope);
    const count = functionOf(counts, functionName);
    const before = count.provisioned.get(configurationId);
    const change = amount - (before?.amount ?? 0);
    count.provisionedTotal += change;
    if (count.reserved === undefined) counts.unreservedProvisioned += change;
    if (amount > 0 && before !== undefined) before.amount = amount;
    else if (amount > 0) {
      count.provisioned.set(configurationId, {
        kind: "provisioned",
        owner: count,
        amount,
        inFlight: 0,
        isGone: false,
      });
    } else if (before !== undefined) {
      count.provisioned.delete(configurationId);
      before.isGone = true;
      count.inFlight += before.inFlight;
      if (count.reserved === undefined) counts.unreservedInFlight += before.inFlight;
    }
    counts.line.changed();
  }

  inFlight(scope: Scope, functionName: string): number {
    const count = this.#scope(scope).functions.get(functionName);
    return count === undefined ? 0 : inFlightOf(count);
  }

  load(scope: Scope, functionName: string): ConcurrencyLoad {
    const counts = this.#scope(scope);
    return {
      ofFunction: this.inFlight(scope, functionName),
      ofAccount: counts.inFlight,
      unreserved: counts.unreservedInFlight,
    };
  }

  /** Every function that has something in flight, a reservation, or a provision. */
  *functions(): Generator<{
    readonly scope: Scope;
    readonly name: string;
    readonly inFlight: number;
    readonly reserved: number | undefined;
  }> {
    for (const { scope, functions } of this.#scopes.values()) {
      for (const count of functions.values()) {
        if (isUnused(count)) continue;
        yield { scope, name: count.name, inFlight: inFlightOf(count), reserved: count.reserved };
      }
    }
  }

  /** Everything that is provisioned, and how much of it is in use. */
  *provisions(): Generator<{
    readonly scope: Scope;
    readonly name: string;
    readonly configurationId: string;
    readonly inFlight: number;
    readonly amount: number;
  }> {
    for (const { scope, functions } of this.#scopes.values()) {
      for (const { name, provisioned } of functions.values()) {
        for (const [configurationId, { inFlight, amount }] of provisioned) {
          yield { scope, name, configurationId, inFlight, amount };
        }
      }
    }
  }

  #scope({ accountId, region }: Scope): ScopeCount {
    const key = `${accountId}/${region}`;
    let counts = this.#scopes.get(key);
    if (counts === undefined) {
      counts = {
        scope: { accountId, region },
        functions: new Map(),
        inFlight: 0,
        reservedTotal: 0,
        unreservedInFlight: 0,
        unreservedProvisioned: 0,
        sweepAt: REMEMBERED_MAX,
        rate: this.#rateFor(this.#accountLimit),
        line: new PlaceLine(),
      };
      this.#scopes.set(key, counts);
    }
    return counts;
  }

  #rateFor(concurrency: number): TokenBucket | undefined {
    if (this.#rateClock === undefined) return undefined;
    const perSecond = concurrency * LAMBDA_LIMITS.requestsPerConcurrency;
    return new TokenBucket(perSecond, perSecond / 1000, this.#rateClock.monotonicMs());
  }

  #isWithinRate({ rate }: { readonly rate: TokenBucket | undefined }): boolean {
    return rate === undefined || this.#rateClock === undefined || rate.take(this.#rateClock.monotonicMs());
  }
}

function functionOf(counts: ScopeCount, name: string): FunctionCount {
  let count = counts.functions.get(name);
  if (count === undefined) {
    if (counts.functions.size >= counts.sweepAt) forgetUnused(counts);
    count = {
      kind: "onDemand",
      name,
      inFlight: 0,
      reserved: undefined,
      provisioned: new Map(),
      provisionedTotal: 0,
      rate: undefined,
    };
    counts.functions.set(name, count);
  }
  return count;
}

function inFlightOf(count: FunctionCount): number {
  let sum = count.inFlight;
  for (const { inFlight } of count.provisioned.values()) sum += inFlight;
  return sum;
}

/** How a slot counts for whoever reads the metrics. */
export function shareOf(slot: Slot, configurationId: string): Pick<Invoked, "concurrency" | "provisioned"> {
  if (slot.kind === "provisioned") {
    const { inFlight, amount } = slot;
    return { concurrency: "provisioned", provisioned: { inFlight, amount } };
  }
  const all = slot.provisioned.get(configurationId);
  if (all === undefined) return { concurrency: "onDemand", provisioned: undefined };
  return { concurrency: "spillover", provisioned: { inFlight: all.inFlight, amount: all.amount } };
}

/** All at once and seldom: V8 copies a map over and over whose entries come and go with each call. */
function forgetUnused(counts: ScopeCount): void {
  for (const [name, count] of counts.functions) {
    if (isUnused(count)) counts.functions.delete(name);
  }
  counts.sweepAt = Math.max(REMEMBERED_MAX, 2 * counts.functions.size);
}

function isUnused({ inFlight, reserved, provisioned }: FunctionCount): boolean {
  return inFlight === 0 && reserved === undefined && provisioned.size === 0;
}
