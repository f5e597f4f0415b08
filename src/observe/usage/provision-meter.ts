/**
 * Time that environments are provisioned, used or not: in pieces of five minutes, each counted when it begins, so that the
 * last one is whole. Source: "AWS Lambda Pricing" page. A server that is started again begins a new piece; what is added to a
 * provision is counted from the piece it falls into.
 */
import { USAGE_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { FunctionVersion, ProvisionChanged, Scope } from "../../model/mod.ts";
import type { UsageDelta } from "./usage-of.ts";

interface Provision {
  readonly scope: Scope;
  readonly target: FunctionVersion;
  amount: number;
  /** Of the piece that runs. */
  counted: number;
  timer: Timer;
}

type Add = (scope: Scope, target: FunctionVersion, delta: UsageDelta) => void;

export class ProvisionMeter {
  readonly #clock: Clock;
  readonly #add: Add;
  readonly #provisions = new Map<string, Provision>();

  constructor(clock: Clock, add: Add) {
    this.#clock = clock;
    this.#add = add;
  }

  changed({ scope, target, amount }: ProvisionChanged): void {
    const known = this.#provisions.get(target.configurationId);
    if (amount === 0) {
      known?.timer.cancel();
      this.#provisions.delete(target.configurationId);
      return;
    }
    if (known === undefined) {
      const provision = { scope, target, amount, counted: 0, timer: { cancel: () => {} } };
      this.#provisions.set(target.configurationId, provision);
      this.#begin(provision);
      return;
    }
    known.amount = amount;
    if (amount > known.counted) this.#count(known, amount - known.counted);
    known.counted = Math.max(known.counted, amount);
  }

  close(): void {
    for (const { timer } of this.#provisions.values()) timer.cancel();
    this.#provisions.clear();
  }

  #begin(provision: Provision): void {
    provision.counted = provision.amount;
    this.#count(provision, provision.amount);
    provision.timer = this.#clock.after(USAGE_LIMITS.provisionStepMs, () => this.#begin(provision));
  }

  #count({ scope, target }: Provision, amount: number): void {
    const provisionMibMs = amount * target.settings.MemorySize * USAGE_LIMITS.provisionStepMs;
    this.#add(scope, target, { provisionMibMs });
  }
}
