/** ListFunctionEventInvokeConfigs: a function's, and those of its versions and aliases. */
import type {
  ListFunctionEventInvokeConfigsRequest,
  ListFunctionEventInvokeConfigsResponse,
} from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { eventInvokeConfig, eventInvokeTarget, requireFunction } from "../event-invoke-config.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException for a broken marker. */
export function listFunctionEventInvokeConfigs({
  store,
}: LambdaDependencies): Operation<
  ListFunctionEventInvokeConfigsRequest,
  ListFunctionEventInvokeConfigsResponse
> {
  return async (request, context) => {
    const target = eventInvokeTarget(context, request.FunctionName ?? "", undefined);
    await requireFunction(store, context, target);
    const after = nameAfterMarker(request.Marker) ?? "";
    const all = (await store.listSettings(context, target.name, "eventInvoke")).filter(
      ({ qualifier }) => qualifier > after,
    );
    const page = all.slice(0, request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault);
    const last = page.at(-1);
    return {
      FunctionEventInvokeConfigs: page.map(({ qualifier, setting }) =>
        eventInvokeConfig(context, { name: target.name, qualifier }, setting),
      ),
      ...(all.length > page.length && last !== undefined && { NextMarker: markerAfterName(last.qualifier) }),
    };
  };
}
