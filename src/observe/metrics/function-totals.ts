/** Totals of each function since the server started: what Prometheus is told. */
import { METRICS_LIMITS } from "../../config/mod.ts";
import type { Invoked, Observation, Scope } from "../../model/mod.ts";

export const DURATION_BOUNDS_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900,
];

/** Counters only: they never go back. */
export interface Totals {
  readonly scope: Scope;
  /** `(others)` where there are more functions than are told of one by one. */
  readonly functionName: string;
  invocations: number;
  readonly failed: Record<Exclude<Invoked["status"], "success">, number>;
  throttles: number;
  coldStarts: number;
  billedMs: number;
  /** Invocations that took at most the bound of that place; the last one took longer than all. */
  readonly durations: number[];
  durationSecondsSum: number;
  eventsAccepted: number;
  eventsDropped: number;
}

export class FunctionTotals {
  readonly #totals = new Map<string, Totals>();

  /** Returns at once, never throws. */
  observe(seen: Observation): void {
    switch (seen.kind) {
      case "invoked":
        count(this.#of(seen), seen);
        return;
      case "throttled":
        this.#of(seen).throttles++;
        return;
      case "eventAccepted":
        this.#of(seen).eventsAccepted++;
        return;
      case "eventDropped":
        this.#of(seen).eventsDropped++;
        return;
      default:
    }
  }

  all(): Iterable<Totals> {
    return this.#totals.values();
  }

  #of({ scope, functionName }: { readonly scope: Scope; readonly functionName: string }): Totals {
    const { accountId, region } = scope;
    const known = this.#totals.get(`${accountId}/${region}/${functionName}`);
    if (known !== undefined) return known;
    if (this.#totals.size < METRICS_LIMITS.prometheusFunctionsMax) {
      return this.#add(`${accountId}/${region}/${functionName}`, { accountId, region }, functionName);
    }
    return this.#totals.get("") ?? this.#add("", { accountId: "", region: "" }, "(others)");
  }

  #add(key: string, scope: Scope, functionName: string): Totals {
    const totals: Totals = {
      ...{ scope, functionName, invocations: 0, throttles: 0, coldStarts: 0, billedMs: 0 },
      failed: { error: 0, failure: 0, timeout: 0 },
      durations: new Array<number>(DURATION_BOUNDS_SECONDS.length + 1).fill(0),
      durationSecondsSum: 0,
      ...{ eventsAccepted: 0, eventsDropped: 0 },
    };
    this.#totals.set(key, totals);
    return totals;
  }
}

function count(totals: Totals, seen: Invoked): void {
  totals.invocations++;
  totals.billedMs += seen.billedMs;
  if (seen.status !== "success") totals.failed[seen.status]++;
  if (seen.initDurationMs !== undefined || seen.restoreDurationMs !== undefined) totals.coldStarts++;
  const seconds = seen.runtimeMs / 1000;
  totals.durationSecondsSum += seconds;
  let place = 0;
  while (place < DURATION_BOUNDS_SECONDS.length && seconds > (DURATION_BOUNDS_SECONDS[place] ?? 0)) place++;
  totals.durations[place] = (totals.durations[place] ?? 0) + 1;
}
