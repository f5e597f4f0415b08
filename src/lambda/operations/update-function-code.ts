/** UpdateFunctionCode: new code for `$LATEST`; what is in flight ends on the old code. */
import type { FunctionConfiguration, UpdateFunctionCodeRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import { applyChange, changedVersion, checkRevision, checkSettled } from "../change-function.ts";
import { checkSignature } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { deploymentPackage } from "../deployment-package.ts";
import { getFunctionRecord } from "../find-function.ts";
import { functionConfiguration } from "../function-configuration.ts";
import { checkUnzipped } from "../function-layers.ts";
import { architectures } from "../function-settings.ts";
import { checkCodeUpdate } from "../package-type.ts";
import { beingCreated } from "../publish.ts";

/**
 * Throws ResourceNotFoundException, PreconditionFailedException, ResourceConflictException,
 * InvalidParameterValueException, RequestEntityTooLargeException, AccessDeniedException.
 */
export function updateFunctionCode(
  dependencies: LambdaDependencies,
): Operation<UpdateFunctionCodeRequest, FunctionConfiguration> {
  const { store, clock } = dependencies;
  return async (request, context) => {
    const find = async () => {
      const found = await getFunctionRecord(store, context, request.FunctionName ?? "");
      checkRevision(found.latest, request.RevisionId);
      checkSettled(context, found.latest);
      return found;
    };
    const { shared, latest: before } = await find();
    const { PackageType: packageType } = before.settings;
    checkCodeUpdate(packageType, request);
    await checkSignature(dependencies.codeSigning, context, shared.codeSigningConfigArn);
    const code = await deploymentPackage(dependencies, context, packageType, request);
    // Fetching may have taken a while: what others changed meanwhile is not undone, and is no revision of the caller's.
    const { latest } = await find();
    if (code.kind === "zip") checkUnzipped(code.unzippedBytes, latest.settings.Layers);
    const settings =
      request.Architectures === undefined
        ? latest.settings
        : { ...latest.settings, Architectures: architectures(request.Architectures, dependencies) };
    if (request.DryRun === true) return functionConfiguration(context, { ...latest, settings, code });
    const changed = changedVersion(latest, { settings, code }, clock.nowMs());
    const published = await applyChange(dependencies, context, latest, changed, request.Publish === true);
    return published === undefined
      ? functionConfiguration(context, changed)
      : functionConfiguration(context, beingCreated(published), published.version);
  };
}
