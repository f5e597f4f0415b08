/** UpdateFunctionUrlConfig: members left out stay as they are. */
import type { FunctionUrlConfig, UpdateFunctionUrlConfigRequest } from "@aws-sdk/client-lambda";
import type { FunctionUrlSetting, Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getUrl, requireUrlTarget, urlConfig, urlTarget } from "../function-url.ts";

/** InvokeMode is answered only if it was sent (recorded). Throws ResourceNotFoundException. */
export function updateFunctionUrlConfig({
  store,
  clock,
}: LambdaDependencies): Operation<UpdateFunctionUrlConfigRequest, FunctionUrlConfig> {
  return async (request, context) => {
    const target = urlTarget(context, request.FunctionName ?? "", request.Qualifier);
    await requireUrlTarget(store, context, target);
    const before = await getUrl(store, context, target);
    const setting: FunctionUrlSetting = {
      ...before,
      ...(request.AuthType !== undefined && { authType: request.AuthType }),
      ...(request.InvokeMode !== undefined && { invokeMode: request.InvokeMode }),
      ...(request.Cors !== undefined && { cors: request.Cors }),
      modifiedAtMs: clock.nowMs(),
    };
    await store.writeSetting(context, target.name, "url", target.qualifier, setting);
    const { InvokeMode, ...shown } = urlConfig(context, target, setting);
    return { ...shown, ...(request.InvokeMode !== undefined && { InvokeMode }) };
  };
}
