/** ListLayers: each layer with its newest version that meets the filter. */
import type { LayersListItem, ListLayersRequest, ListLayersResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { layerArn, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { listedLayerVersion, meets } from "../layer-version.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws InvalidParameterValueException for a broken marker. */
export function listLayers({ layers }: LambdaDependencies): Operation<ListLayersRequest, ListLayersResponse> {
  return async (request, context) => {
    const after = nameAfterMarker(request.Marker) ?? "";
    const limit = request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault;
    const page: LayersListItem[] = [];
    for (const name of (await layers.listNames(context)).filter((each) => each > after)) {
      const newest = (await layers.listVersions(context, name, undefined)).find((each) =>
        meets(each, request),
      );
      if (newest === undefined) continue;
      const last = page.at(-1);
      if (page.length === limit && last !== undefined) {
        return { Layers: page, NextMarker: markerAfterName(last.LayerName ?? "") };
      }
      page.push({
        LayerName: name,
        LayerArn: layerArn(context, name),
        LatestMatchingVersion: listedLayerVersion(context, newest),
      });
    }
    return { Layers: page };
  };
}
