/** GetFunctionCodeSigningConfig: nothing where it has none (recorded). */
import type {
  GetFunctionCodeSigningConfigRequest,
  GetFunctionCodeSigningConfigResponse,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { checkCodeSigning } from "../package-type.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function getFunctionCodeSigningConfig({
  store,
}: LambdaDependencies): Operation<
  GetFunctionCodeSigningConfigRequest,
  Partial<GetFunctionCodeSigningConfigResponse>
> {
  return async (request, context) => {
    const { shared, latest } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    checkCodeSigning(latest.settings.PackageType);
    const { codeSigningConfigArn: arn } = shared;
    return arn === undefined ? {} : { CodeSigningConfigArn: arn, FunctionName: shared.name };
  };
}
