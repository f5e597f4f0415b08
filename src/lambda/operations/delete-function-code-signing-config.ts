/** DeleteFunctionCodeSigningConfig: the function takes any code again. */
import type { DeleteFunctionCodeSigningConfigRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";

/** Throws ResourceNotFoundException. */
export function deleteFunctionCodeSigningConfig({
  store,
}: LambdaDependencies): Operation<DeleteFunctionCodeSigningConfigRequest, void> {
  return async (request, context) => {
    const { shared } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    await store.updateShared(context, shared.name, ({ codeSigningConfigArn: _gone, ...rest }) => rest);
  };
}
