/** GetFunction: the configuration, a link to the code, tags and reserved concurrency. */
import type { FunctionCodeLocation, GetFunctionRequest, GetFunctionResponse } from "@aws-sdk/client-lambda";
import type { DeploymentPackage, Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { functionConfiguration } from "../function-configuration.ts";

/** Throws ResourceNotFoundException. */
export function getFunction({
  store,
  codeLinks,
}: LambdaDependencies): Operation<GetFunctionRequest, GetFunctionResponse> {
  return async (request, context) => {
    const { shared, version, qualifier } = await getFunctionRecord(
      store,
      context,
      request.FunctionName ?? "",
      request.Qualifier,
    );
    return {
      Configuration: functionConfiguration(context, version, qualifier),
      Code: codeLocation(version.code, (sha256) => codeLinks.link(context.baseUrl, sha256)),
      ...(Object.keys(shared.tags).length > 0 && { Tags: { ...shared.tags } }),
      // Of the function as a whole: told only where nothing narrower was asked for (reported).
      ...(qualifier === undefined &&
        shared.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: shared.reservedConcurrency },
        }),
    };
  };
}

/** Source: answers recorded on AWS; SourceKMSKeyArn from the service model. */
function codeLocation(code: DeploymentPackage, link: (sha256: string) => string): FunctionCodeLocation {
  if (code.kind === "image") {
    return { RepositoryType: "ECR", ImageUri: code.uri, ResolvedImageUri: code.resolvedUri };
  }
  return {
    RepositoryType: "S3",
    Location: link(code.sha256),
    ...(code.sourceKmsKeyArn !== undefined && { SourceKMSKeyArn: code.sourceKmsKeyArn }),
  };
}
