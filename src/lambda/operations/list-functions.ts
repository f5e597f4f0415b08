/** ListFunctions: a page of configurations by name. */
import type { ListFunctionsRequest, ListFunctionsResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { LATEST, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { listedConfiguration } from "../function-configuration.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** With FunctionVersion=ALL the ARNs name their version. Throws InvalidParameterValueException for a broken marker. */
export function listFunctions({
  store,
}: LambdaDependencies): Operation<ListFunctionsRequest, ListFunctionsResponse> {
  return async (request, context) => {
    const limit = Math.min(request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault, LAMBDA_LIMITS.pageItemsMax);
    // One more than the page tells whether another follows.
    const records = await store.list(context, nameAfterMarker(request.Marker), limit + 1);
    const page = records.slice(0, limit);
    const qualifier = request.FunctionVersion === "ALL" ? LATEST : undefined;
    const last = page.at(-1);
    return {
      Functions: page.map(({ latest }) => listedConfiguration(context, latest, qualifier)),
      ...(records.length > limit && last !== undefined && { NextMarker: markerAfterName(last.latest.name) }),
    };
  };
}
