/** CreateAlias: a name for a version, or for two by weight. */
import { randomUUID } from "node:crypto";
import type { AliasConfiguration, CreateAliasRequest } from "@aws-sdk/client-lambda";
import { resourceConflict } from "../../errors/mod.ts";
import { type FunctionAlias, functionArn, type Operation, parseFunctionReference } from "../../model/mod.ts";
import { aliasConfiguration, checkedRouting } from "../alias.ts";
import type { LambdaDependencies } from "../dependencies.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException, ResourceConflictException. */
export function createAlias({
  store,
}: LambdaDependencies): Operation<CreateAliasRequest, AliasConfiguration> {
  return async (request, context) => {
    const { name: functionName } = parseFunctionReference(context, request.FunctionName ?? "");
    const version = request.FunctionVersion ?? "";
    const additional = await checkedRouting(store, context, functionName, version, request.RoutingConfig);
    const alias: FunctionAlias = {
      functionName,
      name: request.Name ?? "",
      version,
      description: request.Description ?? "",
      revisionId: randomUUID(),
      ...(additional !== undefined && { additional }),
    };
    if (!(await store.createAlias(context, alias))) {
      throw resourceConflict(`Alias already exists: ${functionArn(context, functionName, alias.name)}`);
    }
    return aliasConfiguration(context, alias);
  };
}
