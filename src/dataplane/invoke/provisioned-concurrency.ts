/**
 * Keeps environments ready ahead of any invocation: starts as many as were asked for, and a new one for each that ends.
 * Source: "Configuring provisioned concurrency for a function" page; states and the failure's code are recorded.
 */
import type { FunctionVersion, Observe, Scope } from "../../model/mod.ts";
import type { EnvironmentPool } from "../environment/environment-pool.ts";
import type { ExecutionEnvironment } from "../environment/execution-environment.ts";
import { initBudgetMs, reportInit } from "../environment/init-phase.ts";
import type { ConcurrencyLedger } from "./concurrency-ledger.ts";

export interface ProvisionedStatus {
  readonly status: "IN_PROGRESS" | "READY" | "FAILED";
  /** Environments that are initialised. */
  readonly allocated: number;
  readonly reason?: string;
}

interface Allocation {
  readonly scope: Scope;
  readonly target: FunctionVersion;
  amount: number;
  readonly ready: Set<ExecutionEnvironment>;
  starting: number;
  failure: string | undefined;
}

export interface ProvisionedConcurrencyOptions {
  readonly pool: EnvironmentPool;
  readonly ledger: ConcurrencyLedger;
  readonly observe: Observe;
  readonly reportFault: (error: unknown, what: string) => void;
}

export class ProvisionedConcurrency {
  readonly #options: ProvisionedConcurrencyOptions;
  readonly #allocations = new Map<string, Allocation>();

  constructor(options: ProvisionedConcurrencyOptions) {
    this.#options = options;
  }

  /** Replaces what was provisioned for this version; 0 ends it. Environments start in the background. */
  set(scope: Scope, target: FunctionVersion, amount: number): void {
    const { pool, ledger, observe } = this.#options;
    const { configurationId } = target;
    const known = this.#allocations.get(configurationId);
    if (known === undefined && amount === 0) return;
    const allocation = known ?? { scope, target, amount, ready: new Set(), starting: 0, failure: undefined };
    allocation.amount = amount;
    allocation.failure = undefined;
    if (amount === 0) this.#allocations.delete(configurationId);
    else this.#allocations.set(configurationId, allocation);
    observe({ kind: "provisionChanged", scope, functionName: target.name, target, amount });
    ledger.setProvisioned(scope, target.name, configurationId, amount);
    pool.setProvision(configurationId, amount, (environment) => this.#onEnded(allocation, environment));
    this.#fill(allocation);
  }

  end({ configurationId }: FunctionVersion): void {
    const allocation = this.#allocations.get(configurationId);
    if (allocation !== undefined) this.set(allocation.scope, allocation.target, 0);
  }

  /** Undefined when nothing is provisioned for it. */
  status({ configurationId }: FunctionVersion): ProvisionedStatus | undefined {
    const allocation = this.#allocations.get(configurationId);
    if (allocation === undefined) return undefined;
    if (allocation.failure !== undefined) {
      return { status: "FAILED", allocated: 0, reason: allocation.failure };
    }
    const allocated = Math.min(allocation.ready.size, allocation.amount);
    return { status: allocated === allocation.amount ? "READY" : "IN_PROGRESS", allocated };
  }

  #isCurrent(allocation: Allocation): boolean {
    return this.#allocations.get(allocation.target.configurationId) === allocation;
  }

  #fill(allocation: Allocation): void {
    const { pool, reportFault } = this.#options;
    while (
      this.#isCurrent(allocation) &&
      allocation.failure === undefined &&
      allocation.ready.size + allocation.starting < allocation.amount
    ) {
      const environment = pool.create(allocation.scope, allocation.target, "provisioned-concurrency");
      if (environment === undefined) {
        allocation.failure = "This machine runs as many execution environments as it may.";
        return;
      }
      allocation.starting++;
      this.#start(allocation, environment).catch((error: unknown) => {
        allocation.failure = "The machine could not start an execution environment.";
        reportFault(error, `(provisioned concurrency of ${allocation.target.name})`);
      });
    }
  }

  async #start(allocation: Allocation, environment: ExecutionEnvironment): Promise<void> {
    const { scope, target } = allocation;
    try {
      const init = await environment.init(initBudgetMs(environment));
      reportInit(environment, init, "init");
      const { durationMs } = init;
      const functionName = target.name;
      this.#options.observe({ kind: "provisionInitialized", scope, functionName, target, durationMs });
      if (init.kind === "ready") allocation.ready.add(environment);
      else allocation.failure = "FUNCTION_ERROR_INIT_FAILURE";
    } finally {
      allocation.starting--;
    }
    this.#options.pool.release(environment);
  }

  /** One that never got ready is its start's matter. */
  #onEnded(allocation: Allocation, environment: ExecutionEnvironment): void {
    if (!allocation.ready.delete(environment)) return;
    // The pool is in the middle of forgetting it.
    queueMicrotask(() => this.#fill(allocation));
  }
}
