/** DeleteFunctionUrlConfig. */
import type { DeleteFunctionUrlConfigRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getUrl, urlTarget } from "../function-url.ts";

/** Throws ResourceNotFoundException. */
export function deleteFunctionUrlConfig({
  store,
}: LambdaDependencies): Operation<DeleteFunctionUrlConfigRequest, void> {
  return async (request, context) => {
    const target = urlTarget(context, request.FunctionName ?? "", request.Qualifier);
    await getUrl(store, context, target);
    await store.deleteSetting(context, target.name, "url", target.qualifier);
  };
}
