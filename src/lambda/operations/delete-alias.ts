/** DeleteAlias: succeeds whether it was there or not (recorded). */
import type { DeleteAliasRequest } from "@aws-sdk/client-lambda";
import { type Operation, parseFunctionReference } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";

export function deleteAlias({ store }: LambdaDependencies): Operation<DeleteAliasRequest, void> {
  return async (request, context) => {
    const { name } = parseFunctionReference(context, request.FunctionName ?? "");
    await store.deleteAlias(context, name, request.Name ?? "");
  };
}
