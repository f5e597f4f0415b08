/** RemovePermission: the statement goes, and with the last one the policy. */
import type { RemovePermissionRequest } from "@aws-sdk/client-lambda";
import { noPolicyAttached, resourceNotFound, statementNotFound } from "../../errors/mod.ts";
import { functionArn, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { findQualified } from "../find-function.ts";
import {
  checkPolicyRevision,
  findPolicy,
  policyTarget,
  refuseMissingAlias,
  writePolicy,
} from "../resource-policy.ts";

/** Throws ResourceNotFoundException with recorded words for each thing that can be missing, PreconditionFailedException. */
export function removePermission({
  store,
  changes,
}: LambdaDependencies): Operation<RemovePermissionRequest, void> {
  return async (request, context) => {
    const target = policyTarget(context, request.FunctionName ?? "", request.Qualifier);
    const { name, qualifier, arn } = target;
    await changes.run(arn, async () => {
      if ((await findQualified(store, context, name, qualifier)) === undefined) {
        await refuseMissingAlias(store, context, target);
        throw resourceNotFound(`No policy found for: ${functionArn(context, name)}`);
      }
      const policy = await findPolicy(store, context, target);
      if (policy === undefined) throw noPolicyAttached();
      const sid = request.StatementId ?? "";
      const statements = policy.statements.filter((statement) => statement.Sid !== sid);
      if (statements.length === policy.statements.length) throw statementNotFound(sid);
      await checkPolicyRevision(store, context, target, request.RevisionId);
      await writePolicy(store, context, target, statements);
    });
  };
}
