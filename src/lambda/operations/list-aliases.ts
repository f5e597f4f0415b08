/** ListAliases: a page of a function's aliases by name, all or those that lead to one version. */
import type { ListAliasesRequest, ListAliasesResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Operation } from "../../model/mod.ts";
import { aliasConfiguration } from "../alias.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException for a broken marker. */
export function listAliases({
  store,
}: LambdaDependencies): Operation<ListAliasesRequest, ListAliasesResponse> {
  return async (request, context) => {
    const { latest } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    const limit = Math.min(request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault, LAMBDA_LIMITS.pageItemsMax);
    const aliases = await store.listAliases(context, latest.name, {
      version: request.FunctionVersion,
      afterName: nameAfterMarker(request.Marker),
      limit: limit + 1,
    });
    const page = aliases.slice(0, limit);
    const last = page.at(-1);
    return {
      Aliases: page.map((alias) => aliasConfiguration(context, alias)),
      ...(aliases.length > limit && last !== undefined && { NextMarker: markerAfterName(last.name) }),
    };
  };
}
