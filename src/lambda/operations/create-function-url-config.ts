/** CreateFunctionUrlConfig: one URL for a function or an alias. */
import type { CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse } from "@aws-sdk/client-lambda";
import { resourceConflict } from "../../errors/mod.ts";
import type { FunctionUrlSetting, Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { requireUrlTarget, urlConfig, urlIdOf, urlTarget } from "../function-url.ts";

/** InvokeMode is answered only if it was sent (recorded). Throws ResourceNotFoundException, ResourceConflictException. */
export function createFunctionUrlConfig({
  store,
  clock,
  changes,
}: LambdaDependencies): Operation<CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse> {
  return async (request, context) => {
    const target = urlTarget(context, request.FunctionName ?? "", request.Qualifier);
    return changes.run(target.arn, async () => {
      await requireUrlTarget(store, context, target);
      if ((await store.findSetting(context, target.name, "url", target.qualifier)) !== undefined) {
        // Two spaces, as on AWS.
        throw resourceConflict(
          `Failed to create function url config for [functionArn = ${target.arn}]. ` +
            "Error message:  FunctionUrlConfig exists for this Lambda function",
        );
      }
      const nowMs = clock.nowMs();
      const setting: FunctionUrlSetting = {
        urlId: urlIdOf(context, target),
        authType: request.AuthType ?? "",
        ...(request.InvokeMode !== undefined && { invokeMode: request.InvokeMode }),
        ...(request.Cors !== undefined && { cors: request.Cors }),
        createdAtMs: nowMs,
        modifiedAtMs: nowMs,
      };
      await store.writeSetting(context, target.name, "url", target.qualifier, setting);
      const { LastModifiedTime: _atCreation, InvokeMode, ...shown } = urlConfig(context, target, setting);
      return { ...shown, ...(request.InvokeMode !== undefined && { InvokeMode }) };
    });
  };
}
