/** GetFunctionUrlConfig. */
import type { FunctionUrlConfig, GetFunctionUrlConfigRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getUrl, urlConfig, urlTarget } from "../function-url.ts";

/** Throws ResourceNotFoundException. */
export function getFunctionUrlConfig({
  store,
}: LambdaDependencies): Operation<GetFunctionUrlConfigRequest, FunctionUrlConfig> {
  return async (request, context) => {
    const target = urlTarget(context, request.FunctionName ?? "", request.Qualifier);
    return urlConfig(context, target, await getUrl(store, context, target));
  };
}
