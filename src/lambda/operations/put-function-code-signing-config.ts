/** PutFunctionCodeSigningConfig: holds for the next code; what is deployed stays. */
import type {
  PutFunctionCodeSigningConfigRequest,
  PutFunctionCodeSigningConfigResponse,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import { requireCodeSigning } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { checkCodeSigning } from "../package-type.ts";

/** Throws CodeSigningConfigNotFoundException, ResourceNotFoundException, InvalidParameterValueException. */
export function putFunctionCodeSigningConfig({
  store,
  codeSigning,
}: LambdaDependencies): Operation<PutFunctionCodeSigningConfigRequest, PutFunctionCodeSigningConfigResponse> {
  return async (request, context) => {
    const arn = request.CodeSigningConfigArn ?? "";
    await requireCodeSigning(codeSigning, context, arn);
    const { shared, latest } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    checkCodeSigning(latest.settings.PackageType);
    await store.updateShared(context, shared.name, (before) => ({ ...before, codeSigningConfigArn: arn }));
    return { CodeSigningConfigArn: arn, FunctionName: shared.name };
  };
}
