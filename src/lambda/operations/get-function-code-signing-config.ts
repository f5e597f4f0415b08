/** GetFunctionCodeSigningConfig: nothing where it has none (recorded). */
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
    return arn === undefined ? {} : { CodeSigningConfigArn: arn, FunctionName: shared.name };
  };
}
