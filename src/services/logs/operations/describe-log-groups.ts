/** DescribeLogGroups: a page of groups by name. */
import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  LogGroup,
  LogGroupClass,
} from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation, Scope } from "../../../model/mod.ts";
import type { LogGroupRecord } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { invalidParameter } from "../errors.ts";
import { groupArn } from "../names.ts";
import { nameOfToken, nameToken } from "../tokens.ts";

/** Throws InvalidParameterException when prefix and pattern are both given. */
export function describeLogGroups({
  store,
  writer,
}: LogsDependencies): Operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse> {
  return async (request, context) => {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: contains, nextToken } = request;
    if (prefix !== undefined && contains !== undefined) {
      throw invalidParameter(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
      );
    }
    await writer.flush();
    const limit = request.limit ?? LOGS_LIMITS.describeItemsDefault;
    const afterName = nextToken === undefined ? undefined : nameOfToken(nextToken);
    const groups = await store.listGroups(context, { prefix, contains, afterName, limit: limit + 1 });
    const page = groups.slice(0, limit);
    const last = page.at(-1);
    return {
      logGroups: page.map((group) => described(context, group)),
      ...(groups.length > limit && last !== undefined && { nextToken: nameToken(last.name) }),
    };
  };
}

function described(scope: Scope, group: LogGroupRecord): LogGroup {
  const arn = groupArn(scope, group.name);
  return {
    logGroupName: group.name,
    creationTime: group.createdAtMs,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: group.storedBytes,
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
    ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
    logGroupClass: group.logGroupClass as LogGroupClass,
    logGroupArn: arn,
  };
}
