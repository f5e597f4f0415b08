/** AddPermission: one more statement in the policy of a function, version or alias. */
import type { AddPermissionRequest, AddPermissionResponse } from "@aws-sdk/client-lambda";
import { statementExists } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import {
  checkPolicyRevision,
  findPolicy,
  policyTarget,
  policyText,
  requireTarget,
  statementOf,
  writePolicy,
} from "../resource-policy.ts";

/**
 * `Statement` in the answer is JSON text. Throws ResourceNotFoundException, ResourceConflictException,
 * PreconditionFailedException, PolicyLengthExceededException, InvalidParameterValueException.
 */
export function addPermission({
  store,
  changes,
}: LambdaDependencies): Operation<AddPermissionRequest, AddPermissionResponse> {
  return async (request, context) => {
    const target = policyTarget(context, request.FunctionName ?? "", request.Qualifier);
    return changes.run(target.arn, async () => {
      await requireTarget(store, context, target);
      const statement = statementOf(request, target.arn);
      const before = (await findPolicy(store, context, target))?.statements ?? [];
      if (before.some((each) => each.Sid === statement.Sid)) throw statementExists(statement.Sid);
      await checkPolicyRevision(store, context, target, request.RevisionId);
      const statements = [...before, statement];
      policyText(statements);
      await writePolicy(store, context, target, statements);
      return { Statement: JSON.stringify(statement) };
    });
  };
}
