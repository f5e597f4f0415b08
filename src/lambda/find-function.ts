/** From what a caller named to the stored records, with AWS's answer for what is not there. */
import { functionNotFound, invalidParameter } from "../errors/mod.ts";
import {
  type FunctionAlias,
  type FunctionShared,
  type FunctionVersion,
  functionArn,
  LATEST,
  parseFunctionReference,
  type Scope,
} from "../model/mod.ts";
import type { FunctionStore } from "../store/mod.ts";

export interface FoundFunction {
  readonly shared: FunctionShared;
  readonly latest: FunctionVersion;
  /** What the qualifier means: an alias's main version, a number's own, else `$LATEST`. */
  readonly version: FunctionVersion;
  readonly alias: FunctionAlias | undefined;
  /** As the caller gave it. */
  readonly qualifier: string | undefined;
}

export interface FindOptions {
  /** Invoke and PutFunctionConcurrency name `$LATEST` in their refusal even when nobody asked for it (recorded). */
  readonly namesLatest?: boolean;
}

/** Throws ResourceNotFoundException and what `parseFunctionReference` throws. */
export async function getFunctionRecord(
  store: FunctionStore,
  scope: Scope,
  given: string,
  qualifierParameter?: string,
  options: FindOptions = {},
): Promise<FoundFunction> {
  const { name, qualifier } = parseFunctionReference(scope, given, qualifierParameter);
  const found = await findQualified(store, scope, name, qualifier);
  if (found === undefined) {
    throw functionNotFound(
      functionArn(scope, name, qualifier ?? (options.namesLatest === true ? LATEST : undefined)),
    );
  }
  return found;
}

/** Undefined when the function, the version or the alias is not there. */
export async function findQualified(
  store: FunctionStore,
  scope: Scope,
  name: string,
  qualifier: string | undefined,
): Promise<FoundFunction | undefined> {
  const record = await store.find(scope, name);
  if (record === undefined) return undefined;
  const { shared, latest } = record;
  if (qualifier === undefined || qualifier === LATEST) {
    return { shared, latest, version: latest, alias: undefined, qualifier };
  }
  const alias = isVersionNumber(qualifier) ? undefined : await store.findAlias(scope, name, qualifier);
  const version = await findVersion(store, scope, latest, alias?.version ?? qualifier);
  return version && { shared, latest, version, alias, qualifier };
}

/**
 * The version that one call runs: of an alias with two, one by lot. `draw` is from 0 up to 1.
 * Source: "Implement Lambda canary deployments using a weighted alias" page.
 */
export async function versionForCall(
  store: FunctionStore,
  scope: Scope,
  { alias, version, latest }: FoundFunction,
  draw: () => number,
): Promise<FunctionVersion> {
  const other = alias?.additional;
  if (other === undefined || draw() >= other.weight) return version;
  return (await findVersion(store, scope, latest, other.version)) ?? version;
}

async function findVersion(
  store: FunctionStore,
  scope: Scope,
  latest: FunctionVersion,
  version: string,
): Promise<FunctionVersion | undefined> {
  if (version === LATEST) return latest;
  return isVersionNumber(version) ? store.findVersion(scope, latest.name, version) : undefined;
}

export function isVersionNumber(qualifier: string): boolean {
  return /^\d+$/.test(qualifier);
}

/** For settings of the function as a whole. The text is recorded on AWS. */
export function refuseQualifier(scope: Scope, given: string): void {
  if (parseFunctionReference(scope, given).qualifier !== undefined) {
    throw invalidParameter(
      "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. " +
        "Please specify either a function name or an unqualified function ARN.",
    );
  }
}
