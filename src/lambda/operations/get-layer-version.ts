/** GetLayerVersion: by name and number. */
import type { GetLayerVersionRequest, GetLayerVersionResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getLayerVersionRecord, layerVersion } from "../layer-version.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function getLayerVersion({
  layers,
  codeLinks,
}: LambdaDependencies): Operation<GetLayerVersionRequest, GetLayerVersionResponse> {
  return async ({ LayerName, VersionNumber }, context) => {
    const layer = await getLayerVersionRecord(layers, context, { LayerName, VersionNumber });
    return layerVersion(context, layer, codeLinks.link(context.baseUrl, layer.codeSha256));
  };
}
