/** PutFunctionEventInvokeConfig: replaces all of what was set. */
import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import {
  eventInvokeConfig,
  eventInvokeTarget,
  mergedSetting,
  requireFunction,
} from "../event-invoke-config.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function putFunctionEventInvokeConfig({
  store,
  clock,
}: LambdaDependencies): Operation<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (request, context) => {
    const target = eventInvokeTarget(context, request.FunctionName ?? "", request.Qualifier);
    await requireFunction(store, context, target);
    const before = {};
    const setting = await mergedSetting(store, context, target, before, request, clock.nowMs());
    await store.writeSetting(context, target.name, "eventInvoke", target.qualifier, setting);
    return eventInvokeConfig(context, target, setting);
  };
}
