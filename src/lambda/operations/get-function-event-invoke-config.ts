/** GetFunctionEventInvokeConfig. */
import type { FunctionEventInvokeConfig, GetFunctionEventInvokeConfigRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { eventInvokeConfig, eventInvokeTarget, getSetting } from "../event-invoke-config.ts";

/** Throws ResourceNotFoundException. */
export function getFunctionEventInvokeConfig({
  store,
}: LambdaDependencies): Operation<GetFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (request, context) => {
    const target = eventInvokeTarget(context, request.FunctionName ?? "", request.Qualifier);
    return eventInvokeConfig(context, target, await getSetting(store, context, target));
  };
}
