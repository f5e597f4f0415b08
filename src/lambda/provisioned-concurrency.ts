/** Provisioned concurrency: what is asked for is stored per qualifier, what is there is the data plane's to say. */
import type { GetProvisionedConcurrencyConfigResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import {
  ApiError,
  functionNotFound,
  invalidParameter,
  invalidParameterUntyped,
  resourceConflict,
} from "../errors/mod.ts";
import { lambdaTimestamp } from "../kit/mod.ts";
import {
  type FunctionAlias,
  type FunctionVersion,
  functionArn,
  LATEST,
  type ProvisionedSetting,
  parseFunctionReference,
  type Scope,
} from "../model/mod.ts";
import type { FunctionStore } from "../store/mod.ts";
import { aliasNotFound } from "./alias.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { type FoundFunction, findQualified, isVersionNumber } from "./find-function.ts";

/** The function and the version or alias that a request names. Throws ResourceNotFoundException; the words are recorded. */
export async function findProvisionable(
  store: FunctionStore,
  scope: Scope,
  given: string,
  parameter: string | undefined,
): Promise<FoundFunction & { readonly qualifier: string }> {
  const { name, qualifier = LATEST } = parseFunctionReference(scope, given, parameter);
  const found = await findQualified(store, scope, name, qualifier);
  if (found !== undefined) return { ...found, qualifier };
  const arn = functionArn(scope, name, qualifier);
  const isAliasMissing = !isVersionNumber(qualifier) && (await store.find(scope, name)) !== undefined;
  throw isAliasMissing ? aliasNotFound("Cannot find alias arn", arn) : functionNotFound(arn);
}

/** For reading and deleting. Throws InvalidParameterValueException (recorded). */
export function refuseLatest(qualifier: string): void {
  if (qualifier === LATEST) {
    throw invalidParameter("The function resource provided must be an alias or a published version.");
  }
}

export function noProvisionedConfig(): ApiError {
  return new ApiError(
    "ProvisionedConcurrencyConfigNotFoundException",
    "No Provisioned Concurrency Config found for this function",
    { Type: "User" },
  );
}

/** A version and an alias that leads to it cannot both have one. Throws ResourceConflictException (recorded). */
export async function checkOnlyOne(
  store: FunctionStore,
  scope: Scope,
  { latest, version, alias }: FoundFunction,
): Promise<void> {
  const { name } = latest;
  if (alias !== undefined) return refuseProvisioned(store, scope, name, version.version);
  for (const { qualifier } of await store.listSettings(scope, name, "provisioned")) {
    const other = isVersionNumber(qualifier) ? undefined : await store.findAlias(scope, name, qualifier);
    if (other?.version === version.version) {
      throw resourceConflict("Version is pointed by a Provisioned Concurrency alias");
    }
  }
}

/** Throws ResourceConflictException where the version has provisioned concurrency of its own (recorded). */
export async function refuseProvisioned(
  store: FunctionStore,
  scope: Scope,
  functionName: string,
  version: string,
): Promise<void> {
  if ((await store.findSetting(scope, functionName, "provisioned", version)) === undefined) return;
  throw resourceConflict(
    "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
  );
}

/**
 * Whether `requested` fits into the function's reservation, or else into what the account has left.
 * Throws InvalidParameterValueException (recorded).
 */
export async function checkFits(
  { store, accountConcurrency }: LambdaDependencies,
  scope: Scope,
  { shared }: FoundFunction,
  qualifier: string,
  requested: number,
): Promise<void> {
  const others = await provisionedTotal(store, scope, shared.name, qualifier);
  const { reservedConcurrency } = shared;
  if (reservedConcurrency !== undefined) {
    if (others + requested > reservedConcurrency) {
      throw invalidParameter(
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
      );
    }
    return;
  }
  const { reservedConcurrency: reserved, unreservedProvisioned } = await store.usage(scope);
  const own = (await store.findSetting(scope, shared.name, "provisioned", qualifier))?.requested ?? 0;
  const unreserved = accountConcurrency - reserved - (unreservedProvisioned - own);
  if (requested > unreserved) {
    throw invalidParameterUntyped(
      `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${unreserved}].`,
    );
  }
  if (unreserved - requested < LAMBDA_LIMITS.unreservedConcurrencyMin) {
    throw invalidParameterUntyped(
      "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution " +
        `below its minimum value of [${LAMBDA_LIMITS.unreservedConcurrencyMin}].`,
    );
  }
}

/** Of all versions and aliases of a function, without that of `except`. */
export async function provisionedTotal(
  store: FunctionStore,
  scope: Scope,
  functionName: string,
  except?: string,
): Promise<number> {
  const all = await store.listSettings(scope, functionName, "provisioned");
  return all.reduce((sum, { qualifier, setting }) => sum + (qualifier === except ? 0 : setting.requested), 0);
}

export function provisionedConfig(
  { dataPlane }: Pick<LambdaDependencies, "dataPlane">,
  version: FunctionVersion,
  setting: ProvisionedSetting,
): GetProvisionedConcurrencyConfigResponse {
  const state = dataPlane.provisioned(version) ?? { status: "IN_PROGRESS", allocated: 0 };
  return {
    RequestedProvisionedConcurrentExecutions: setting.requested,
    AvailableProvisionedConcurrentExecutions: state.allocated,
    AllocatedProvisionedConcurrentExecutions: state.allocated,
    Status: state.status,
    ...(state.reason !== undefined && { StatusReason: state.reason }),
    LastModified: lambdaTimestamp(setting.lastModifiedMs),
  };
}

/** An alias that has provisioned concurrency takes it along to the version it leads to now, or to none. */
export async function moveProvision(
  { store, dataPlane }: LambdaDependencies,
  scope: Scope,
  before: FunctionAlias,
  after: FunctionAlias | undefined,
): Promise<void> {
  const setting = await store.findSetting(scope, before.functionName, "provisioned", before.name);
  if (setting === undefined || before.version === after?.version) return;
  const old = await store.findVersion(scope, before.functionName, before.version);
  if (old !== undefined) dataPlane.provision(scope, old, 0);
  const next = after && (await store.findVersion(scope, after.functionName, after.version));
  if (next !== undefined) dataPlane.provision(scope, next, setting.requested);
  else await store.deleteSetting(scope, before.functionName, "provisioned", before.name);
}

/** At the server's start: what was provisioned is provisioned again. */
export async function restoreProvisions({
  store,
  dataPlane,
}: Pick<LambdaDependencies, "store" | "dataPlane">): Promise<void> {
  for await (const { scope, functionName, qualifier, setting } of store.listAllSettings("provisioned")) {
    const found = await findQualified(store, scope, functionName, qualifier);
    if (found !== undefined) dataPlane.provision(scope, found.version, setting.requested);
  }
}
