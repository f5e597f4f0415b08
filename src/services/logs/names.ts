/** Names and ARNs of groups and streams. */
import type { Scope } from "../../model/mod.ts";
import { invalidParameter } from "./errors.ts";

export function groupArn(scope: Scope, group: string): string {
  return `arn:aws:logs:${scope.region}:${scope.accountId}:log-group:${group}`;
}

export function streamArn(scope: Scope, group: string, stream: string): string {
  return `${groupArn(scope, group)}:log-stream:${stream}`;
}

export interface GroupReference {
  readonly logGroupName?: string | undefined;
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined;
}

/** Throws InvalidParameterException unless exactly one of the two ways was used. */
export function groupNameOf({ logGroupName: name, logGroupIdentifier: identifier }: GroupReference): string {
  if (name !== undefined && identifier !== undefined) {
    throw invalidParameter("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  }
  const given = name ?? identifier;
  if (given === undefined) {
    throw invalidParameter("Either LogGroup name or LogGroup ARN must be specified.");
  }
  return /^arn:[^:]*:logs:[^:]*:\d{12}:log-group:([^:]+)(?::\*)?$/.exec(given)?.[1] ?? given;
}
