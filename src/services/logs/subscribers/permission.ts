/** Whether a function's policy lets CloudWatch Logs call it on behalf of a log group. */
import type { PolicyStatement, Scope } from "../../../model/mod.ts";
import { groupArn } from "../names.ts";

const ACTIONS = new Set(["lambda:InvokeFunction", "lambda:*", "*"]);

/** The source is the group's ARN with `:*` behind it; older policies name the group without it (both documented). */
export function mayBeCalled(statements: readonly PolicyStatement[], scope: Scope, group: string): boolean {
  const arn = groupArn(scope, group);
  return statements.some(
    ({ Principal, Action, Condition = {} }) =>
      isLogs(Principal, scope) &&
      ACTIONS.has(Action) &&
      Object.entries(Condition).every(([operator, wanted]) =>
        Object.entries(wanted).every(([key, value]) => {
          const given = valuesOf(key, scope, arn);
          if (operator === "StringEquals" || operator === "ArnEquals") return given.includes(value);
          return (operator === "ArnLike" || operator === "StringLike") && given.some(isLike(value));
        }),
      ),
  );
}

function isLogs(principal: PolicyStatement["Principal"], { region }: Scope): boolean {
  if (principal === "*") return true;
  if (typeof principal === "string" || !("Service" in principal)) return false;
  return principal.Service === "logs.amazonaws.com" || principal.Service === `logs.${region}.amazonaws.com`;
}

function valuesOf(key: string, { accountId }: Scope, arn: string): string[] {
  const name = key.toLowerCase();
  if (name === "aws:sourcearn") return [`${arn}:*`, arn];
  return name === "aws:sourceaccount" ? [accountId] : [];
}

function isLike(pattern: string): (text: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}
