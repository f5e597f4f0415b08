/** RemovePermission: the statement goes, and with the last one the policy. */
import type { RemovePermissionRequest } from "@aws-sdk/client-lambda";
import { ApiError } from "../../errors/mod.ts";
import { functionArn, type Operation } from "../../model/mod.ts";
import { aliasNotFound } from "../alias.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { findQualified, isVersionNumber } from "../find-function.ts";
import { checkPolicyRevision, findPolicy, policyTarget, writePolicy } from "../resource-policy.ts";

function notFound(message: string): ApiError {
  return new ApiError("ResourceNotFoundException", message, { Type: "User" });
}

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
        const isAliasName = qualifier !== undefined && !isVersionNumber(qualifier);
        const isFunctionThere = (await store.find(context, name)) !== undefined;
        if (isAliasName && isFunctionThere) throw aliasNotFound("Cannot find alias arn", arn);
        throw notFound(`No policy found for: ${functionArn(context, name)}`);
      }
      const policy = await findPolicy(store, context, target);
      if (policy === undefined) throw notFound("No policy is associated with the given resource.");
      const sid = request.StatementId ?? "";
      const statements = policy.statements.filter((statement) => statement.Sid !== sid);
      if (statements.length === policy.statements.length) {
        throw notFound(`Statement ${sid} is not found in resource policy.`);
      }
      await checkPolicyRevision(store, context, target, request.RevisionId);
      await writePolicy(store, context, target, statements);
    });
  };
}
