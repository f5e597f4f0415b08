/** GetFunctionCodeSigningConfig: the function's name alone where it has none. */
import type {
  GetFunctionCodeSigningConfigRequest,
  GetFunctionCodeSigningConfigResponse,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";

/** Throws ResourceNotFoundException. */
export function getFunctionCodeSigningConfig({
  store,
}: LambdaDependencies): Operation<
  GetFunctionCodeSigningConfigRequest,
  Partial<GetFunctionCodeSigningConfigResponse>
> {
  return async (request, context) => {
    const { shared } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    const { codeSigningConfigArn: arn } = shared;
    return { FunctionName: shared.name, ...(arn !== undefined && { CodeSigningConfigArn: arn }) };
  };
}
