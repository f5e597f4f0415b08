/** GetPolicy: the policy document as JSON text. */
import type { GetPolicyRequest, GetPolicyResponse } from "@aws-sdk/client-lambda";
import { noSuchResource } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { findPolicy, policyRevision, policyTarget, policyText } from "../resource-policy.ts";

/** Throws ResourceNotFoundException, with the same words whatever is missing (recorded). */
export function getPolicy({ store }: LambdaDependencies): Operation<GetPolicyRequest, GetPolicyResponse> {
  return async (request, context) => {
    const target = policyTarget(context, request.FunctionName ?? "", request.Qualifier);
    const policy = await findPolicy(store, context, target);
    const revisionId = await policyRevision(store, context, target);
    if (policy === undefined || revisionId === undefined) {
      throw noSuchResource();
    }
    return { Policy: policyText(policy.statements), RevisionId: revisionId };
  };
}
