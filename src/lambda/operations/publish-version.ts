/** PublishVersion: an immutable copy of `$LATEST` under the next number. */
import type { FunctionConfiguration, PublishVersionRequest } from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import { codeSha256Of, type Operation } from "../../model/mod.ts";
import { checkRevision, checkSettled } from "../change-function.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { functionConfiguration } from "../function-configuration.ts";
import { publish } from "../publish.ts";

/**
 * Throws ResourceNotFoundException, ResourceConflictException, PreconditionFailedException,
 * InvalidParameterValueException for a CodeSha256 that is not `$LATEST`'s (recorded text).
 */
export function publishVersion(
  dependencies: LambdaDependencies,
): Operation<PublishVersionRequest, FunctionConfiguration> {
  return async (request, context) => {
    const { latest } = await getFunctionRecord(dependencies.store, context, request.FunctionName ?? "");
    checkSettled(context, latest);
    checkRevision(latest, request.RevisionId);
    const { CodeSha256: expected } = request;
    const actual = codeSha256Of(latest.code);
    if (expected !== undefined && expected !== "" && expected !== actual) {
      throw invalidParameter(
        `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${actual}). ` +
          "Please try again with the CodeSHA256 in $LATEST.",
      );
    }
    const version = await publish(dependencies, context, latest, request.Description);
    return functionConfiguration(context, version, version.version);
  };
}
