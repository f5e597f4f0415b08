/** Aliases in the words of the API, and the rules of what they may lead to. Source: answers recorded on AWS. */
import type { AliasConfiguration, AliasRoutingConfiguration } from "@aws-sdk/client-lambda";
import {
  type ApiError,
  functionNotFound,
  invalidParameter,
  invalidParameterUntyped,
  resourceNotFound,
} from "../errors/mod.ts";
import { type FunctionAlias, functionArn, LATEST, type Scope } from "../model/mod.ts";
import type { FunctionStore } from "../store/mod.ts";
import { checkNotFailed } from "./change-function.ts";
import { findQualified } from "./find-function.ts";

export function aliasConfiguration(scope: Scope, alias: FunctionAlias): AliasConfiguration {
  const { additional } = alias;
  return {
    AliasArn: functionArn(scope, alias.functionName, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(additional !== undefined && {
      RoutingConfig: { AdditionalVersionWeights: { [additional.version]: additional.weight } },
    }),
  };
}

/**
 * Checks that both versions are there and may share an alias. Undefined weights mean that all calls go to `version`.
 * Throws ResourceNotFoundException, InvalidParameterValueException, ResourceConflictException.
 */
export async function checkedRouting(
  store: FunctionStore,
  scope: Scope,
  functionName: string,
  version: string,
  routing: AliasRoutingConfiguration | undefined,
): Promise<FunctionAlias["additional"]> {
  const weights = Object.entries(routing?.AdditionalVersionWeights ?? {});
  if (weights.length > 1) {
    throw invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  }
  await requireVersion(store, scope, functionName, version);
  const [first] = weights;
  if (first === undefined) return undefined;
  const [other, weight] = first;
  if (version === LATEST) {
    throw invalidParameterUntyped("$LATEST is not supported for an alias pointing to more than 1 version");
  }
  if (other === version) {
    throw invalidParameter(
      `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
    );
  }
  await requireVersion(store, scope, functionName, other);
  return { version: other, weight };
}

async function requireVersion(
  store: FunctionStore,
  scope: Scope,
  functionName: string,
  version: string,
): Promise<void> {
  const found = await findQualified(store, scope, functionName, version);
  if (found === undefined) throw functionNotFound(functionArn(scope, functionName, version));
  checkNotFailed(scope, found.version);
}

/** GetAlias and UpdateAlias say the same thing in different words (recorded). */
export function aliasNotFound(words: "Cannot find alias arn" | "Alias not found", arn: string): ApiError {
  return resourceNotFound(`${words}: ${arn}`);
}
