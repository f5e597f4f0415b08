/** Names and ARNs of groups and streams. */
import type { Scope } from "../../model/mod.ts";
import { groupNotFound, invalidParameter, resourceNotFound } from "./errors.ts";

/** Without the `:*` that DescribeLogGroups puts behind it in `arn`. */
export function groupArn(scope: Scope, group: string): string {
  return `arn:aws:logs:${scope.region}:${scope.accountId}:log-group:${group}`;
}

export function streamArn(scope: Scope, group: string, stream: string): string {
  return `${groupArn(scope, group)}:log-stream:${stream}`;
}

const GROUP_ARN = /^arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:([^:]+)(?::\*)?$/;

export interface GroupReference {
  readonly logGroupName?: string | undefined;
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined;
}

/** Throws InvalidParameterException unless exactly one of the two ways was used (the rule is documented). */
export function groupNameOf(scope: Scope, reference: GroupReference): string {
  const { logGroupName: name, logGroupIdentifier: identifier } = reference;
  if (name !== undefined && identifier !== undefined) {
    throw invalidParameter("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  }
  if (name !== undefined) return name;
  if (identifier === undefined) {
    throw invalidParameter("Either LogGroup name or LogGroup ARN must be specified.");
  }
  return groupNameOfIdentifier(scope, identifier);
}

/** Throws ResourceNotFoundException for an ARN of another account or region, InvalidParameterException for no ARN. */
export function groupNameOfIdentifier(scope: Scope, identifier: string): string {
  if (!identifier.includes(":")) return identifier;
  const match = GROUP_ARN.exec(identifier);
  if (match === null) throw invalidParameter("The specified log group identifier is not a valid ARN.");
  const [, region, accountId, name = ""] = match;
  if (region !== scope.region || accountId !== scope.accountId) throw groupNotFound();
  return name;
}

/** For the operations on tags. Throws ResourceNotFoundException. */
export function groupNameOfResource(scope: Scope, resourceArn: string): string {
  const [, region, accountId, name] = GROUP_ARN.exec(resourceArn) ?? [];
  if (name === undefined || region !== scope.region || accountId !== scope.accountId)
    throw resourceNotFound();
  return name;
}
