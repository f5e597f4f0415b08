/** GetLayerVersionPolicy: the policy document as JSON text. */
import type { GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { layerPolicyText, noLayerPolicy } from "../layer-policy.ts";
import { getLayerVersionRecord } from "../layer-version.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function getLayerVersionPolicy({
  layers,
}: LambdaDependencies): Operation<GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse> {
  return async ({ LayerName, VersionNumber }, context) => {
    const { policy } = await getLayerVersionRecord(layers, context, { LayerName, VersionNumber });
    if (policy === undefined) throw noLayerPolicy();
    return { Policy: layerPolicyText(policy.statements), RevisionId: policy.revisionId };
  };
}
