/** Functions as those see them who feed them with log events. */
import { randomUUID } from "node:crypto";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import type { AsyncQueue } from "../dataplane/mod.ts";
import { type PolicyStatement, parseFunctionReference, type Scope } from "../model/mod.ts";
import type { FunctionStore } from "../store/mod.ts";
import { findQualified } from "./find-function.ts";
import { findPolicy, policyTarget } from "./resource-policy.ts";

export interface FunctionTarget {
  readonly logGroup: string;
  readonly statements: readonly PolicyStatement[];
}

export interface FunctionTargets {
  /** Undefined when there is no such function. Throws what `parseFunctionReference` throws. */
  find(scope: Scope, arn: string): Promise<FunctionTarget | undefined>;
  /** Resolves when the event is on disk. */
  invoke(arn: string, payload: Buffer): Promise<void>;
  readonly payloadBytesMax: number;
}

export function subscriptionTargets(store: FunctionStore, asyncQueue: () => AsyncQueue): FunctionTargets {
  return {
    payloadBytesMax: LAMBDA_LIMITS.eventPayloadBytesMax,
    find: async (scope, arn) => {
      const target = policyTarget(scope, arn, undefined);
      const found = await findQualified(store, scope, target.name, target.qualifier);
      if (found === undefined) return undefined;
      const policy = await findPolicy(store, scope, target);
      return {
        logGroup: found.version.settings.LoggingConfig.LogGroup,
        statements: policy?.statements ?? [],
      };
    },
    invoke: async (arn, payload) => {
      const [, , , region = "", accountId = ""] = arn.split(":");
      const scope = { region, accountId };
      const { name, qualifier } = parseFunctionReference(scope, arn);
      const call = { clientContext: undefined, traceId: undefined, payload };
      await asyncQueue().accept({ id: randomUUID(), scope, functionName: name, qualifier, ...call });
    },
  };
}
