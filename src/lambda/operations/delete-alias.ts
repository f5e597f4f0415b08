/** DeleteAlias: succeeds whether it was there or not; provisioned concurrency goes with it (recorded). */
import type { DeleteAliasRequest } from "@aws-sdk/client-lambda";
import { type Operation, parseFunctionReference } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { moveProvision } from "../provisioned-concurrency.ts";

export function deleteAlias(dependencies: LambdaDependencies): Operation<DeleteAliasRequest, void> {
  const { store } = dependencies;
  return async (request, context) => {
    const { name } = parseFunctionReference(context, request.FunctionName ?? "");
    const alias = await store.findAlias(context, name, request.Name ?? "");
    if (alias === undefined) return;
    await store.deleteAlias(context, name, alias.name);
    await moveProvision(dependencies, context, alias, undefined);
  };
}
