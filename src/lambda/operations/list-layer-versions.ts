/** ListLayerVersions: a layer's versions, the newest first. */
import type { ListLayerVersionsRequest, ListLayerVersionsResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { layerNameOf, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { listedLayerVersion, meets } from "../layer-version.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** A layer that is not there has no versions. Throws InvalidParameterValueException for a broken marker. */
export function listLayerVersions({
  layers,
}: LambdaDependencies): Operation<ListLayerVersionsRequest, ListLayerVersionsResponse> {
  return async (request, context) => {
    const after = nameAfterMarker(request.Marker);
    const versions = await layers.listVersions(
      context,
      layerNameOf(request.LayerName ?? ""),
      after === undefined ? undefined : Number(after),
    );
    const matching = versions.filter((version) => meets(version, request));
    const page = matching.slice(0, request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault);
    const last = page.at(-1);
    return {
      LayerVersions: page.map((version) => listedLayerVersion(context, version)),
      ...(matching.length > page.length &&
        last !== undefined && { NextMarker: markerAfterName(String(last.version)) }),
    };
  };
}
