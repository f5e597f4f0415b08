/** GetLayerVersionByArn. */
import type { GetLayerVersionByArnRequest, GetLayerVersionResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getLayerVersionRecord, layerVersion } from "../layer-version.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function getLayerVersionByArn({
  layers,
  codeLinks,
}: LambdaDependencies): Operation<GetLayerVersionByArnRequest, GetLayerVersionResponse> {
  return async ({ Arn = "" }, context) => {
    const VersionNumber = Number(Arn.slice(Arn.lastIndexOf(":") + 1));
    const layer = await getLayerVersionRecord(layers, context, { LayerName: Arn, VersionNumber });
    return layerVersion(context, layer, codeLinks.link(context.baseUrl, layer.codeSha256));
  };
}
