/** UpdateCodeSigningConfig: members left out stay as they are. */
import type { UpdateCodeSigningConfigRequest, UpdateCodeSigningConfigResponse } from "@aws-sdk/client-lambda";
import type { CodeSigningConfigRecord, Operation } from "../../model/mod.ts";
import { codeSigningConfig, getCodeSigningRecord } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";

/** Throws ResourceNotFoundException. */
export function updateCodeSigningConfig({
  codeSigning,
  clock,
}: LambdaDependencies): Operation<UpdateCodeSigningConfigRequest, UpdateCodeSigningConfigResponse> {
  return async (request, context) => {
    const before = await getCodeSigningRecord(codeSigning, context, request.CodeSigningConfigArn ?? "");
    const record: CodeSigningConfigRecord = {
      ...before,
      description: request.Description ?? before.description,
      publishers: request.AllowedPublishers?.SigningProfileVersionArns ?? before.publishers,
      untrusted: request.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? before.untrusted,
      lastModifiedMs: clock.nowMs(),
    };
    await codeSigning.write(context, record);
    return { CodeSigningConfig: codeSigningConfig(context, record) };
  };
}
