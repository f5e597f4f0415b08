/** CreateCodeSigningConfig. */
import type { CreateCodeSigningConfigRequest, CreateCodeSigningConfigResponse } from "@aws-sdk/client-lambda";
import type { CodeSigningConfigRecord, Operation } from "../../model/mod.ts";
import { codeSigningConfig, newCodeSigningId } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { checkedTags } from "../tagged-resource.ts";

export function createCodeSigningConfig({
  codeSigning,
  clock,
}: LambdaDependencies): Operation<CreateCodeSigningConfigRequest, CreateCodeSigningConfigResponse> {
  return async (request, context) => {
    const record: CodeSigningConfigRecord = {
      id: newCodeSigningId(),
      description: request.Description ?? "",
      publishers: request.AllowedPublishers?.SigningProfileVersionArns ?? [],
      untrusted: request.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? "Warn",
      lastModifiedMs: clock.nowMs(),
      tags: checkedTags({ ...request.Tags }),
    };
    await codeSigning.write(context, record);
    return { CodeSigningConfig: codeSigningConfig(context, record) };
  };
}
