/**
 * Counts requests in flight as AWS does: a reservation is a function's floor and ceiling, everybody else shares what
 * the reservations leave of the account's limit. Source: "Understanding Lambda function scaling" page.
 */
import type { ThrottleReason } from "../../errors/mod.ts";
import type { Scope } from "../../model/mod.ts";

interface FunctionCount {
  inFlight: number;
  reserved: number | undefined;
}

interface ScopeCount {
  readonly functions: Map<string, FunctionCount>;
  reservedTotal: number;
  /** Requests in flight of functions without a reservation. */
  unreservedInFlight: number;
}

export class ConcurrencyLedger {
  readonly #accountLimit: number;
  readonly #scopes = new Map<string, ScopeCount>();

  constructor(accountLimit: number) {
    this.#accountLimit = accountLimit;
  }

  /** Takes one unit of concurrency, or says why there is none. Each success must be released once. */
  acquire(scope: Scope, functionName: string): ThrottleReason | undefined {
    const counts = this.#scope(scope);
    const count = functionOf(counts, functionName);
    if (count.reserved === undefined) {
      if (counts.unreservedInFlight >= this.#accountLimit - counts.reservedTotal) {
        return "ConcurrentInvocationLimitExceeded";
      }
      counts.unreservedInFlight++;
    } else if (count.inFlight >= count.reserved) {
      return "ReservedFunctionConcurrentInvocationLimitExceeded";
    }
    count.inFlight++;
    return undefined;
  }

  release(scope: Scope, functionName: string): void {
    const counts = this.#scope(scope);
    const count = functionOf(counts, functionName);
    count.inFlight--;
    if (count.reserved === undefined) {
      counts.unreservedInFlight--;
      if (count.inFlight === 0) counts.functions.delete(functionName);
    }
  }

  /** Requests in flight keep their place: they move between the pools with their function. */
  setReserved(scope: Scope, functionName: string, reserved: number | undefined): void {
    const counts = this.#scope(scope);
    const count = functionOf(counts, functionName);
    if (count.reserved === undefined) counts.unreservedInFlight -= count.inFlight;
    counts.reservedTotal += (reserved ?? 0) - (count.reserved ?? 0);
    count.reserved = reserved;
    if (reserved === undefined) {
      counts.unreservedInFlight += count.inFlight;
      if (count.inFlight === 0) counts.functions.delete(functionName);
    }
  }

  inFlight(scope: Scope, functionName: string): number {
    return this.#scope(scope).functions.get(functionName)?.inFlight ?? 0;
  }

  #scope(scope: Scope): ScopeCount {
    const key = `${scope.accountId}/${scope.region}`;
    let counts = this.#scopes.get(key);
    if (counts === undefined) {
      counts = { functions: new Map(), reservedTotal: 0, unreservedInFlight: 0 };
      this.#scopes.set(key, counts);
    }
    return counts;
  }
}

function functionOf(counts: ScopeCount, name: string): FunctionCount {
  let count = counts.functions.get(name);
  if (count === undefined) {
    count = { inFlight: 0, reserved: undefined };
    counts.functions.set(name, count);
  }
  return count;
}
