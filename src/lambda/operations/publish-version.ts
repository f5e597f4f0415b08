/** PublishVersion: an immutable copy of `$LATEST` under the next number. */
import { randomUUID } from "node:crypto";
import type { FunctionConfiguration, PublishVersionRequest } from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import { codeSha256Of, functionArn, type Operation } from "../../model/mod.ts";
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
  const { store, changes } = dependencies;
  return async (request, context) => {
    const given = request.FunctionName ?? "";
    const { name } = (await getFunctionRecord(store, context, given)).latest;
    // One at a time: a publication moves the revision that the next one is made from.
    return changes.run(functionArn(context, name), async () => {
      const { shared, latest } = await getFunctionRecord(store, context, given);
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
      if (Number(version.version) > (shared.lastPublishedVersion ?? 0)) {
        // `$LATEST` gets another revision when something new is published of it (recorded).
        await store.replaceLatest(context, { ...latest, revisionId: randomUUID() }, latest.revisionId);
      }
      return functionConfiguration(context, version, version.version);
    });
  };
}
