/** UpdateFunctionConfiguration: new settings for `$LATEST`; members left out stay as they are. */
import type { FunctionConfiguration, UpdateFunctionConfigurationRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import { applyChange, changedVersion, checkRevision, checkSettled } from "../change-function.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { functionConfiguration } from "../function-configuration.ts";
import { checkUnzipped, findLayers } from "../function-layers.ts";
import { mergedSettings } from "../function-settings.ts";
import { checkMembers } from "../package-type.ts";

/**
 * Throws ResourceNotFoundException, PreconditionFailedException, ResourceConflictException,
 * InvalidParameterValueException, ValidationException.
 */
export function updateFunctionConfiguration(
  dependencies: LambdaDependencies,
): Operation<UpdateFunctionConfigurationRequest, FunctionConfiguration> {
  const { store, clock } = dependencies;
  return async (request, context) => {
    const found = await getFunctionRecord(store, context, request.FunctionName ?? "");
    const { latest } = found;
    checkRevision(latest, request.RevisionId);
    checkSettled(context, latest);
    checkMembers(latest.settings.PackageType, request);
    const layers = await findLayers(dependencies.layers, context, request.Layers, latest.settings.Layers);
    if (latest.code.kind === "zip") checkUnzipped(latest.code.unzippedBytes, layers);
    const settings = mergedSettings(latest.settings, { ...request, Layers: layers }, dependencies);
    const changed = changedVersion(latest, { settings }, clock.nowMs());
    await applyChange(dependencies, context, latest, changed);
    return functionConfiguration(context, changed);
  };
}
