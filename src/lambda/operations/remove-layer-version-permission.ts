/** RemoveLayerVersionPermission. */
import type { RemoveLayerVersionPermissionRequest } from "@aws-sdk/client-lambda";
import { noPolicyAttached, statementNotFound } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { checkLayerRevision, withStatements } from "../layer-policy.ts";
import { getLayerVersionRecord } from "../layer-version.ts";

/** Throws ResourceNotFoundException, PreconditionFailedException, InvalidParameterValueException. */
export function removeLayerVersionPermission({
  layers,
}: LambdaDependencies): Operation<RemoveLayerVersionPermissionRequest, void> {
  return async ({ LayerName, VersionNumber, StatementId = "", RevisionId }, context) => {
    const { name, version } = await getLayerVersionRecord(layers, context, { LayerName, VersionNumber });
    await layers.update(context, name, version, (before) => {
      if (before.policy === undefined) throw noPolicyAttached();
      checkLayerRevision(before, RevisionId);
      const statements = before.policy.statements.filter((each) => each.Sid !== StatementId);
      if (statements.length === before.policy.statements.length) {
        throw statementNotFound(StatementId);
      }
      return withStatements(before, statements);
    });
  };
}
