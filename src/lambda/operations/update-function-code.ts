/** UpdateFunctionCode: new code for `$LATEST`; what is in flight ends on the old code. */
import type { FunctionConfiguration, UpdateFunctionCodeRequest } from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import { applyChange, changedVersion, checkRevision, checkSettled } from "../change-function.ts";
import { checkSignature } from "../code-signing.ts";
import { storeCode } from "../code-source.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { functionConfiguration } from "../function-configuration.ts";
import { checkUnzipped } from "../function-layers.ts";
import { architectures } from "../function-settings.ts";
import { beingCreated } from "../publish.ts";

/**
 * Throws ResourceNotFoundException, PreconditionFailedException, ResourceConflictException,
 * InvalidParameterValueException, RequestEntityTooLargeException.
 */
export function updateFunctionCode(
  dependencies: LambdaDependencies,
): Operation<UpdateFunctionCodeRequest, FunctionConfiguration> {
  const { store, clock } = dependencies;
  return async (request, context) => {
    const found = await getFunctionRecord(store, context, request.FunctionName ?? "");
    const { latest } = found;
    checkRevision(latest, request.RevisionId);
    checkSettled(context, latest);
    if (request.ImageUri !== undefined) {
      // Recorded on AWS.
      throw invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");
    }
    await checkSignature(dependencies.codeSigning, context, found.shared.codeSigningConfigArn);
    const stored = await storeCode(dependencies, context, request);
    checkUnzipped(stored.unzippedBytes, latest.settings.Layers);
    const settings =
      request.Architectures === undefined
        ? latest.settings
        : { ...latest.settings, Architectures: architectures(request.Architectures, dependencies) };
    const { sha256: codeSha256, bytes: codeBytes, unzippedBytes } = stored;
    const change = { settings, codeSha256, codeBytes, unzippedBytes };
    if (request.DryRun === true) return functionConfiguration(context, { ...latest, ...change });
    const changed = changedVersion(latest, change, clock.nowMs());
    const published = await applyChange(dependencies, context, latest, changed, request.Publish === true);
    return published === undefined
      ? functionConfiguration(context, changed)
      : functionConfiguration(context, beingCreated(published), published.version);
  };
}
