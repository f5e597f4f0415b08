/** PutSubscriptionFilter: a group's matching events to a Lambda function, from here on. */
import type { PutSubscriptionFilterRequest } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter, limitExceeded } from "../errors.ts";
import { compileFilterPattern } from "../filter/filter-pattern.ts";
import { mayBeCalled } from "../subscribers/permission.ts";

const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:/;

/**
 * Destinations other than functions are not built. The text on permission is quoted by users, the others are recall or ours.
 * Throws InvalidParameterException, LimitExceededException, ResourceNotFoundException.
 */
export function putSubscriptionFilter({
  store,
  writer,
  clock,
  filters,
  targets,
}: LogsDependencies): Operation<PutSubscriptionFilterRequest, void> {
  return async (request, context) => {
    const { logGroupName: group = "", filterName: name = "", filterPattern: pattern = "" } = request;
    const { destinationArn = "", distribution = "ByLogStream" } = request;
    const scope = { accountId: context.accountId, region: context.region };
    compileFilterPattern(pattern);
    const [, region] = FUNCTION_ARN.exec(destinationArn) ?? [];
    if (region === undefined) {
      throw invalidParameter(
        "Lambkin delivers log events to Lambda functions only; destinationArn names none.",
      );
    }
    if (region !== scope.region) {
      throw invalidParameter("destinationArn is not in the region of the log group.");
    }
    await writer.flush();
    if ((await store.findGroup(scope, group)) === undefined) throw groupNotFound();
    const target = await targets.find(scope, destinationArn);
    if (target === undefined || !mayBeCalled(target.statements, scope, group)) {
      throw invalidParameter(
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to " +
          "execute your function.",
      );
    }
    if (target.logGroup === group) {
      throw invalidParameter("The function logs to this log group: it would be called for what it prints.");
    }
    const others = await store.listFilters(scope, { kind: "subscription", group });
    const isNew = !others.some((other) => other.name === name);
    if (isNew && others.length >= LOGS_LIMITS.subscriptionFiltersMax) throw limitExceeded();
    const { roleArn, applyOnTransformedLogs } = request;
    const settings = { destinationArn, distribution, roleArn, applyOnTransformedLogs };
    const record = { kind: "subscription" as const, scope, group, name, pattern, settings };
    if (!(await store.putFilter({ ...record, createdAtMs: clock.nowMs() }))) throw groupNotFound();
    await filters.refresh(scope, group);
  };
}
