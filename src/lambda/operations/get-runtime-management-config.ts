/** GetRuntimeManagementConfig: `Auto` unless it was changed; the runtime version's ARN only in `Manual` mode. */
import type {
  GetRuntimeManagementConfigRequest,
  GetRuntimeManagementConfigResponse,
  UpdateRuntimeOn,
} from "@aws-sdk/client-lambda";
import { functionArn, LATEST, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";

/** Throws ResourceNotFoundException. */
export function getRuntimeManagementConfig({
  store,
}: LambdaDependencies): Operation<GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse> {
  return async (request, context) => {
    const found = await getFunctionRecord(store, context, request.FunctionName ?? "", request.Qualifier);
    const { name } = found.shared;
    const qualifier = found.qualifier ?? LATEST;
    const setting = await store.findSetting(context, name, "runtimeManagement", qualifier);
    return {
      UpdateRuntimeOn: (setting?.updateRuntimeOn ?? "Auto") as UpdateRuntimeOn,
      FunctionArn: functionArn(context, name, qualifier),
      ...(setting?.runtimeVersionArn !== undefined && { RuntimeVersionArn: setting.runtimeVersionArn }),
    };
  };
}
