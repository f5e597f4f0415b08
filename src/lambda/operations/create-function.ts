/** CreateFunction: checks, keeps the code, writes the record; the function is active as soon as it is written. */
import { randomUUID } from "node:crypto";
import type { CreateFunctionRequest, FunctionConfiguration } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { functionAlreadyExists, invalidParameter } from "../../errors/mod.ts";
import { type FunctionVersion, LATEST, type Operation, parseFunctionReference } from "../../model/mod.ts";
import { settle } from "../change-function.ts";
import { checkSignature } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { deploymentPackage } from "../deployment-package.ts";
import { functionConfiguration } from "../function-configuration.ts";
import { checkUnzipped, findLayers } from "../function-layers.ts";
import { createdSettings } from "../function-settings.ts";
import { checkCodeSigning, checkMembers } from "../package-type.ts";
import { beingCreated, publish } from "../publish.ts";

const NAME_CHARACTERS_MAX = 64;

/**
 * Throws InvalidParameterValueException, ResourceConflictException, RequestEntityTooLargeException,
 * AccessDeniedException, ValidationException.
 */
export function createFunction(
  dependencies: LambdaDependencies,
): Operation<CreateFunctionRequest, FunctionConfiguration> {
  const { store, clock } = dependencies;
  return async (request, context) => {
    const { name } = parseFunctionReference(context, request.FunctionName ?? "");
    if (name.length > NAME_CHARACTERS_MAX) {
      // Not a ValidationException, though it has its words (recorded on AWS).
      throw invalidParameter(
        `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: ` +
          `Member must have length less than or equal to ${NAME_CHARACTERS_MAX}`,
      );
    }
    const { CodeSigningConfigArn: signing, PackageType: packageType = "Zip" } = request;
    checkMembers(packageType, request);
    if (signing !== undefined) checkCodeSigning(packageType);
    await checkSignature(dependencies.codeSigning, context, signing);
    const tags = { ...request.Tags };
    if (Object.keys(tags).length > LAMBDA_LIMITS.tagsMax) {
      throw invalidParameter("Number of tags exceeds resource tag limit.");
    }
    const layers = await findLayers(dependencies.layers, context, request.Layers);
    const settings = createdSettings({ ...request, FunctionName: name, Layers: layers }, dependencies);
    if ((await store.find(context, name)) !== undefined) throw functionAlreadyExists(name);
    const code = await deploymentPackage(dependencies, context, packageType, request.Code ?? {});
    if (code.kind === "zip") checkUnzipped(code.unzippedBytes, layers);
    const latest: FunctionVersion = {
      name,
      version: LATEST,
      settings,
      code,
      state: "Pending",
      revisionId: randomUUID(),
      configurationId: randomUUID(),
      lastModifiedMs: clock.nowMs(),
    };
    const shared = { name, tags, ...(signing !== undefined && { codeSigningConfigArn: signing }) };
    if (!(await store.create(context, { shared, latest }))) throw functionAlreadyExists(name);
    const published = request.Publish === true ? await publish(dependencies, context, latest) : undefined;
    dependencies.dataPlane.expect(latest);
    dependencies.afterwards(() => settle(dependencies, context, latest));
    return published === undefined
      ? functionConfiguration(context, latest)
      : functionConfiguration(context, beingCreated(published), published.version);
  };
}
