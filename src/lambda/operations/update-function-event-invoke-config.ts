/** UpdateFunctionEventInvokeConfig: members left out stay as they are. */
import type {
  FunctionEventInvokeConfig,
  UpdateFunctionEventInvokeConfigRequest,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import {
  eventInvokeConfig,
  eventInvokeTarget,
  getSetting,
  mergedSetting,
  requireFunction,
} from "../event-invoke-config.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function updateFunctionEventInvokeConfig({
  store,
  clock,
}: LambdaDependencies): Operation<UpdateFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (request, context) => {
    const target = eventInvokeTarget(context, request.FunctionName ?? "", request.Qualifier);
    await requireFunction(store, context, target);
    const before = await getSetting(store, context, target);
    const setting = await mergedSetting(store, context, target, before, request, clock.nowMs());
    await store.writeSetting(context, target.name, "eventInvoke", target.qualifier, setting);
    return eventInvokeConfig(context, target, setting);
  };
}
