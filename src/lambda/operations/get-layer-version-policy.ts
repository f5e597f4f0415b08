/** GetLayerVersionPolicy: the policy document as JSON text. */
import type { GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse } from "@aws-sdk/client-lambda";
import { noPolicyAttached } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getLayerVersionRecord } from "../layer-version.ts";
import { policyDocument } from "../resource-policy.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function getLayerVersionPolicy({
  layers,
}: LambdaDependencies): Operation<GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse> {
  return async ({ LayerName, VersionNumber }, context) => {
    const { policy } = await getLayerVersionRecord(layers, context, { LayerName, VersionNumber });
    if (policy === undefined) throw noPolicyAttached();
    return { Policy: policyDocument(policy.statements), RevisionId: policy.revisionId };
  };
}
