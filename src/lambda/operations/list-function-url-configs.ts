/** ListFunctionUrlConfigs: a function's URL and those of its aliases. */
import type { ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { functionArn, LATEST, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { requireUrlTarget, urlConfig, urlTarget } from "../function-url.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException for a broken marker. */
export function listFunctionUrlConfigs({
  store,
}: LambdaDependencies): Operation<ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse> {
  return async (request, context) => {
    const { name, ...function_ } = urlTarget(context, request.FunctionName ?? "", undefined);
    await requireUrlTarget(store, context, { name, ...function_ });
    const after = nameAfterMarker(request.Marker) ?? "";
    const all = (await store.listSettings(context, name, "url")).filter(({ qualifier }) => qualifier > after);
    const page = all.slice(0, request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault);
    const last = page.at(-1);
    return {
      FunctionUrlConfigs: page.map(({ qualifier, setting }) => {
        const arn = functionArn(context, name, qualifier === LATEST ? undefined : qualifier);
        return urlConfig(context, { name, qualifier, arn }, setting);
      }),
      ...(all.length > page.length && last !== undefined && { NextMarker: markerAfterName(last.qualifier) }),
    };
  };
}
