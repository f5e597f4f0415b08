/** GetAlias. */
import type { AliasConfiguration, GetAliasRequest } from "@aws-sdk/client-lambda";
import { functionArn, type Operation, parseFunctionReference } from "../../model/mod.ts";
import { aliasConfiguration, aliasNotFound } from "../alias.ts";
import type { LambdaDependencies } from "../dependencies.ts";

/** Throws ResourceNotFoundException. */
export function getAlias({ store }: LambdaDependencies): Operation<GetAliasRequest, AliasConfiguration> {
  return async (request, context) => {
    const { name } = parseFunctionReference(context, request.FunctionName ?? "");
    const aliasName = request.Name ?? "";
    const alias = await store.findAlias(context, name, aliasName);
    if (alias === undefined) {
      throw aliasNotFound("Cannot find alias arn", functionArn(context, name, aliasName));
    }
    return aliasConfiguration(context, alias);
  };
}
