/** GetFunction: the configuration, a link to the code, tags and reserved concurrency. */
import type { GetFunctionRequest, GetFunctionResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
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
      Code: { RepositoryType: "S3", Location: codeLinks.link(context.baseUrl, version.codeSha256) },
      ...(Object.keys(shared.tags).length > 0 && { Tags: { ...shared.tags } }),
      // Of the function as a whole: told only where nothing narrower was asked for (reported).
      ...(qualifier === undefined &&
        shared.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: shared.reservedConcurrency },
        }),
    };
  };
}
