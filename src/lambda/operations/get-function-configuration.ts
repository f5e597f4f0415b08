/** GetFunctionConfiguration: the settings of one version, as the SDKs' waiters poll them. */
import type { FunctionConfiguration, GetFunctionConfigurationRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { functionConfiguration } from "../function-configuration.ts";

/** Throws ResourceNotFoundException. */
export function getFunctionConfiguration({
  store,
}: LambdaDependencies): Operation<GetFunctionConfigurationRequest, FunctionConfiguration> {
  return async (request, context) => {
    const { version, qualifier } = await getFunctionRecord(
      store,
      context,
      request.FunctionName ?? "",
      request.Qualifier,
    );
    return functionConfiguration(context, version, qualifier);
  };
}
