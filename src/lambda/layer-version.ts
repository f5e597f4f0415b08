/** Layer versions in the words of the API. Source: answers recorded on AWS. */
import type {
  Architecture,
  LayerVersionsListItem,
  PublishLayerVersionResponse,
  Runtime,
} from "@aws-sdk/client-lambda";
import { invalidParameter, resourceNotFound } from "../errors/mod.ts";
import { lambdaTimestamp } from "../kit/mod.ts";
import { type LayerVersion, layerArn, layerNameOf, type Scope } from "../model/mod.ts";
import type { LayerStore } from "../store/mod.ts";

export function listedLayerVersion(scope: Scope, layer: LayerVersion): LayerVersionsListItem {
  return {
    LayerVersionArn: layerArn(scope, layer.name, layer.version),
    Version: layer.version,
    Description: layer.description,
    CreatedDate: lambdaTimestamp(layer.createdAtMs),
    ...(layer.compatibleRuntimes !== undefined && {
      CompatibleRuntimes: [...layer.compatibleRuntimes] as Runtime[],
    }),
    ...(layer.compatibleArchitectures !== undefined && {
      CompatibleArchitectures: [...layer.compatibleArchitectures] as Architecture[],
    }),
    ...(layer.licenseInfo !== undefined && { LicenseInfo: layer.licenseInfo }),
  };
}

/** With the content; `location` downloads the zip. */
export function layerVersion(
  scope: Scope,
  layer: LayerVersion,
  location: string,
): PublishLayerVersionResponse {
  return {
    LayerArn: layerArn(scope, layer.name),
    ...listedLayerVersion(scope, layer),
    Content: { Location: location, CodeSize: layer.codeBytes, CodeSha256: layer.codeSha256 },
  };
}

export interface LayerReferenceRequest {
  readonly LayerName: string | undefined;
  readonly VersionNumber: number | undefined;
}

/** Throws InvalidParameterValueException for numbers below one, ResourceNotFoundException. */
export async function getLayerVersionRecord(
  layers: LayerStore,
  scope: Scope,
  { LayerName = "", VersionNumber = 0 }: LayerReferenceRequest,
): Promise<LayerVersion> {
  const name = layerNameOf(LayerName);
  if (VersionNumber < 1) throw invalidParameter("Layer Version Cannot be less than 1");
  const layer = await layers.find(scope, name, VersionNumber);
  if (layer === undefined) {
    throw resourceNotFound(`Layer version ${layerArn(scope, name, VersionNumber)} does not exist.`);
  }
  return layer;
}

export interface LayerFilter {
  readonly CompatibleRuntime?: string | undefined;
  readonly CompatibleArchitecture?: string | undefined;
}

export function meets(
  layer: LayerVersion,
  { CompatibleRuntime: runtime, CompatibleArchitecture: architecture }: LayerFilter,
): boolean {
  return (
    (runtime === undefined || layer.compatibleRuntimes?.includes(runtime) === true) &&
    (architecture === undefined || layer.compatibleArchitectures?.includes(architecture) === true)
  );
}
