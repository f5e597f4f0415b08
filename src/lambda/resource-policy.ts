/** Resource policies: statements from requests, and where their revisions live. Source: answers recorded on AWS. */
import { randomUUID } from "node:crypto";
import type { AddPermissionRequest } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { ApiError, functionNotFound, invalidParameter, revisionMismatch } from "../errors/mod.ts";
import {
  functionArn,
  LATEST,
  type PolicyStatement,
  parseFunctionReference,
  type QualifierSettings,
  type Scope,
} from "../model/mod.ts";
import type { FunctionStore } from "../store/mod.ts";
import { aliasNotFound } from "./alias.ts";
import { findQualified, isVersionNumber } from "./find-function.ts";

/** What a policy is attached to. */
export interface PolicyTarget {
  readonly name: string;
  /** The alias or version, undefined for the function itself. */
  readonly qualifier: string | undefined;
  readonly arn: string;
}

export function policyTarget(scope: Scope, given: string, parameter: string | undefined): PolicyTarget {
  const { name, qualifier } = parseFunctionReference(scope, given, parameter);
  return { name, qualifier, arn: functionArn(scope, name, qualifier) };
}

/** The function, version or alias must be there; `$LATEST` by name is refused. The texts are recorded. */
export async function requireTarget(store: FunctionStore, scope: Scope, target: PolicyTarget): Promise<void> {
  const { name, qualifier, arn } = target;
  if (qualifier === LATEST)
    throw invalidParameter("We currently do not support adding policies for $LATEST.");
  if ((await findQualified(store, scope, name, qualifier)) !== undefined) return;
  await refuseMissingAlias(store, scope, target);
  throw functionNotFound(arn);
}

/** Throws ResourceNotFoundException where the function is there and only its alias is missing. */
export async function refuseMissingAlias(
  store: FunctionStore,
  scope: Scope,
  { name, qualifier, arn }: PolicyTarget,
): Promise<void> {
  // Qualifiers may have a dollar sign, names of aliases may not (recorded).
  const isAliasName = qualifier !== undefined && !isVersionNumber(qualifier) && !qualifier.includes("$");
  if (isAliasName && (await store.find(scope, name)) !== undefined)
    throw aliasNotFound("Cannot find alias arn", arn);
}

export function findPolicy(
  store: FunctionStore,
  scope: Scope,
  { name, qualifier }: PolicyTarget,
): Promise<QualifierSettings["policy"] | undefined> {
  return store.findSetting(scope, name, "policy", qualifier ?? LATEST);
}

/**
 * Writes the statements (none deletes the policy). A change of the policy is a change of what it is attached to: the
 * function's or alias's revision moves on (recorded).
 */
export async function writePolicy(
  store: FunctionStore,
  scope: Scope,
  { name, qualifier }: PolicyTarget,
  statements: readonly PolicyStatement[],
): Promise<void> {
  const revisionId = randomUUID();
  if (statements.length === 0) await store.deleteSetting(scope, name, "policy", qualifier ?? LATEST);
  else await store.writeSetting(scope, name, "policy", qualifier ?? LATEST, { revisionId, statements });
  const found = await findQualified(store, scope, name, qualifier);
  if (found === undefined) return;
  if (found.alias !== undefined) {
    await store.replaceAlias(scope, { ...found.alias, revisionId }, found.alias.revisionId);
  } else if (found.version === found.latest) {
    await store.replaceLatest(scope, { ...found.latest, revisionId }, found.latest.revisionId);
  }
}

/** Throws PreconditionFailedException with the words that AWS has for policies. */
export async function checkPolicyRevision(
  store: FunctionStore,
  scope: Scope,
  target: PolicyTarget,
  expected: string | undefined,
): Promise<void> {
  if (expected === undefined || expected === (await policyRevision(store, scope, target))) return;
  throw revisionMismatch("GetPolicy");
}

/** The revision of the function or alias; of a version, which has none that changes, the policy's own. */
export async function policyRevision(
  store: FunctionStore,
  scope: Scope,
  target: PolicyTarget,
): Promise<string | undefined> {
  const found = await findQualified(store, scope, target.name, target.qualifier);
  if (found?.alias !== undefined) return found.alias.revisionId;
  if (found !== undefined && found.version === found.latest) return found.latest.revisionId;
  return (await findPolicy(store, scope, target))?.revisionId;
}

/** The JSON text of a policy, of a function or a layer version. */
export function policyDocument(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });
}

/** Throws PolicyLengthExceededException. */
export function policyText(statements: readonly PolicyStatement[]): string {
  const text = policyDocument(statements);
  if (Buffer.byteLength(text) > LAMBDA_LIMITS.policyBytesMax) {
    throw new ApiError(
      "PolicyLengthExceededException",
      `The final policy size (${Buffer.byteLength(text)}) is bigger than the limit (${LAMBDA_LIMITS.policyBytesMax}).`,
      { Type: "User" },
    );
  }
  return text;
}

/** Members in the order of AWS's answers. Throws InvalidParameterValueException for a principal that is none. */
export function statementOf(request: AddPermissionRequest, resource: string): PolicyStatement {
  const condition = conditionOf(request);
  return {
    Sid: request.StatementId ?? "",
    Effect: "Allow",
    Principal: principalOf(request.Principal ?? ""),
    Action: request.Action ?? "",
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function principalOf(principal: string): PolicyStatement["Principal"] {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (/^arn:aws[a-zA-Z-]*:(iam|sts)::\d{12}:.+$/.test(principal)) return { AWS: principal };
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws|amazon)\.com(\.cn)?$/.test(principal))
    return { Service: principal };
  throw invalidParameter("The provided principal was invalid. Please check the principal and try again.");
}

function conditionOf(request: AddPermissionRequest): Record<string, Record<string, string>> {
  const equals = {
    ...(request.SourceAccount !== undefined && { "AWS:SourceAccount": request.SourceAccount }),
    ...(request.EventSourceToken !== undefined && { "lambda:EventSourceToken": request.EventSourceToken }),
    ...(request.FunctionUrlAuthType !== undefined && {
      "lambda:FunctionUrlAuthType": request.FunctionUrlAuthType,
    }),
    ...(request.PrincipalOrgID !== undefined && { "aws:PrincipalOrgID": request.PrincipalOrgID }),
  };
  return {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(request.SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": request.SourceArn } }),
    ...(request.InvokedViaFunctionUrl !== undefined && {
      Bool: { "lambda:InvokedViaFunctionUrl": String(request.InvokedViaFunctionUrl) },
    }),
  };
}
