/** A queue's resource policy: kept, shown and changed by AddPermission and RemovePermission. In open mode it refuses nobody. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import { invalidAttributeValue, invalidParameter, overLimit } from "../errors.ts";
import type { Attributes } from "./queue-attributes.ts";

interface Statement {
  readonly Sid?: string;
  readonly [member: string]: unknown;
}

interface Policy {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}

/** Any JSON object will do. Throws InvalidAttributeValue. */
export function checkedPolicy(name: string, value: string): string {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return value;
  } catch {
    // The same refusal as for JSON that is no object.
  }
  throw invalidAttributeValue(name);
}

export interface Permission {
  readonly label: string;
  readonly accountIds: readonly string[];
  readonly actions: readonly string[];
  readonly queueArn: string;
}

/** Throws InvalidParameterValue when the label is taken, OverLimit. The form of the statement is quoted from AWS. */
export function withPermission(attributes: Attributes, permission: Permission): string {
  const { label, accountIds, actions, queueArn } = permission;
  const before = policyOf(attributes) ?? {
    Version: "2008-10-17",
    Id: `${queueArn}/SQSDefaultPolicy`,
    Statement: [],
  };
  if (before.Statement.some(({ Sid }) => Sid === label)) {
    throw invalidParameter(label, "Label", "Already exists.");
  }
  const statementsMax = SQS_LIMITS.policyStatementsMax;
  if (before.Statement.length >= statementsMax) {
    throw overLimit(
      `${before.Statement.length + 1} statements were found, maximum allowed is ${statementsMax}.`,
    );
  }
  const principals = accountIds.map((account) => `arn:aws:iam::${account}:root`);
  const statement = {
    Sid: label,
    Effect: "Allow",
    Principal: { AWS: oneOrMany(principals) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: queueArn,
  };
  return JSON.stringify({ ...before, Statement: [...before.Statement, statement] });
}

/** Empty when nothing is left. Throws InvalidParameterValue. */
export function withoutPermission(attributes: Attributes, label: string): string {
  const before = policyOf(attributes);
  // Recorded on AWS; the other text is quoted from it.
  if (before === undefined) throw invalidParameter(label, "Label", "can't find label.");
  const left = before.Statement.filter(({ Sid }) => Sid !== label);
  if (left.length === before.Statement.length) {
    throw invalidParameter(label, "Label", "can't find label on existing policy.");
  }
  return left.length === 0 ? "" : JSON.stringify({ ...before, Statement: left });
}

function policyOf(attributes: Attributes): Policy | undefined {
  const text = attributes["Policy"];
  if (text === undefined) return undefined;
  const policy = JSON.parse(text) as Omit<Policy, "Statement"> & { Statement?: unknown };
  return { ...policy, Statement: [policy.Statement].flat().filter(isStatement) };
}

/** Whoever set the policy may have written anything. */
function isStatement(value: unknown): value is Statement {
  return typeof value === "object" && value !== null;
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [first = ""] = values;
  return values.length === 1 ? first : values;
}
