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
    const { record, qualifier } = await getFunctionRecord(
      store,
      context,
      request.FunctionName ?? "",
      request.Qualifier,
    );
    const { shared, latest } = record;
    return {
      Configuration: functionConfiguration(context, latest, qualifier),
      Code: { RepositoryType: "S3", Location: codeLinks.link(context.baseUrl, latest.codeSha256) },
      ...(Object.keys(shared.tags).length > 0 && { Tags: { ...shared.tags } }),
      ...(shared.reservedConcurrency !== undefined && {
        Concurrency: { ReservedConcurrentExecutions: shared.reservedConcurrency },
      }),
    };
  };
}
