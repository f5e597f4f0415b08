/** DeleteLayerVersion: functions that have it keep it; succeeds whether it was there or not. */
import type { DeleteLayerVersionRequest } from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import { layerNameOf, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";

/** Throws InvalidParameterValueException for a number below one. */
export function deleteLayerVersion({
  layers,
}: LambdaDependencies): Operation<DeleteLayerVersionRequest, void> {
  return async ({ LayerName = "", VersionNumber = 0 }, context) => {
    if (VersionNumber < 1) throw invalidParameter("Layer Version Cannot be less than 1");
    await layers.delete(context, layerNameOf(LayerName), VersionNumber);
  };
}
