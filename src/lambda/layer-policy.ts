/** Layer policies: who else may use a layer version. Source: answers recorded on AWS. */
import { randomUUID } from "node:crypto";
import { revisionMismatch } from "../errors/mod.ts";
import type { LayerPolicyStatement, LayerVersion } from "../model/mod.ts";

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
  throw revisionMismatch("GetLayerPolicy");
}
