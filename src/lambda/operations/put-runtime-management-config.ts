/** PutRuntimeManagementConfig: kept and shown; the interpreters of this machine are changed by its owner alone. */
import type {
  PutRuntimeManagementConfigRequest,
  PutRuntimeManagementConfigResponse,
} from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import { functionArn, LATEST, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException (its words are ours). */
export function putRuntimeManagementConfig({
  store,
}: LambdaDependencies): Operation<PutRuntimeManagementConfigRequest, PutRuntimeManagementConfigResponse> {
  return async (request, context) => {
    const found = await getFunctionRecord(store, context, request.FunctionName ?? "", request.Qualifier);
    const { name } = found.shared;
    const qualifier = found.qualifier ?? LATEST;
    const { UpdateRuntimeOn, RuntimeVersionArn } = request;
    const isManual = UpdateRuntimeOn === "Manual";
    if (isManual !== (RuntimeVersionArn !== undefined)) {
      throw invalidParameter(
        "RuntimeVersionArn must be given with UpdateRuntimeOn Manual, and only with it.",
      );
    }
    await store.writeSetting(context, name, "runtimeManagement", qualifier, {
      updateRuntimeOn: UpdateRuntimeOn ?? "Auto",
      ...(RuntimeVersionArn !== undefined && { runtimeVersionArn: RuntimeVersionArn }),
    });
    return {
      UpdateRuntimeOn,
      FunctionArn: functionArn(context, name, qualifier),
      ...(RuntimeVersionArn !== undefined && { RuntimeVersionArn }),
    };
  };
}
