/** DeleteFunctionEventInvokeConfig: back to the defaults. */
import type { DeleteFunctionEventInvokeConfigRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { eventInvokeTarget, getSetting } from "../event-invoke-config.ts";

/** Throws ResourceNotFoundException. */
export function deleteFunctionEventInvokeConfig({
  store,
}: LambdaDependencies): Operation<DeleteFunctionEventInvokeConfigRequest, void> {
  return async (request, context) => {
    const target = eventInvokeTarget(context, request.FunctionName ?? "", request.Qualifier);
    await getSetting(store, context, target);
    await store.deleteSetting(context, target.name, "eventInvoke", target.qualifier);
  };
}
