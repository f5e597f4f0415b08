/** GetCodeSigningConfig. */
import type { GetCodeSigningConfigRequest, GetCodeSigningConfigResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import { codeSigningConfig, getCodeSigningRecord } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";

/** Throws ResourceNotFoundException. */
export function getCodeSigningConfig({
  codeSigning,
}: LambdaDependencies): Operation<GetCodeSigningConfigRequest, GetCodeSigningConfigResponse> {
  return async (request, context) => {
    const record = await getCodeSigningRecord(codeSigning, context, request.CodeSigningConfigArn ?? "");
    return { CodeSigningConfig: codeSigningConfig(context, record) };
  };
}
