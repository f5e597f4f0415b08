/** Layer policies: who else may use a layer version. Source: answers recorded on AWS. */
import { randomUUID } from "node:crypto";
import { ApiError } from "../errors/mod.ts";
import type { LayerPolicyStatement, LayerVersion } from "../model/mod.ts";

export function layerPolicyText(statements: readonly LayerPolicyStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });
}

/** The version with these statements; without any it has no policy. */
export function withStatements(
  layer: LayerVersion,
  statements: readonly LayerPolicyStatement[],
): LayerVersion {
  const { policy: _before, ...rest } = layer;
  return statements.length === 0 ? rest : { ...rest, policy: { revisionId: randomUUID(), statements } };
}

/** Throws PreconditionFailedException with the words that AWS has for layers (recorded). */
export function checkLayerRevision(layer: LayerVersion, expected: string | undefined): void {
  if (expected === undefined || expected === layer.policy?.revisionId) return;
  throw new ApiError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. " +
      "Call the GetLayerPolicy API to retrieve the latest Revision Id",
    { Type: "User" },
  );
}

export function noLayerPolicy(): ApiError {
  return new ApiError("ResourceNotFoundException", "No policy is associated with the given resource.", {
    Type: "User",
  });
}
