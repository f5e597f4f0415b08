/** DescribeLogGroups: a page of groups by name. */
import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  LogGroup,
  LogGroupClass,
} from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation, Scope } from "../../../model/mod.ts";
import type { LogFilterStore, LogGroupRecord, LogStore } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { invalidParameter } from "../errors.ts";
import { groupArn, groupNameOfIdentifier } from "../names.ts";
import { listToken, parseListToken } from "../tokens.ts";

/**
 * Accounts other than the caller's are not linked to anything here, so their members are without effect.
 * Throws InvalidParameterException when prefix and pattern are both given (text as quoted by users) or a token is bad.
 */
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
    const afterName = nextToken === undefined ? undefined : parseListToken(nextToken).name;
    await writer.flush();
    if (request.logGroupIdentifiers !== undefined) {
      const named = await groupsNamed(store, context, request.logGroupIdentifiers);
      const counts = await metricFilterCounts(store, context);
      return { logGroups: named.map((group) => described(context, group, counts)) };
    }
    const limit = request.limit ?? LOGS_LIMITS.describeItemsDefault;
    const { logGroupClass } = request;
    const query = { prefix, contains, logGroupClass, afterName, limit: limit + 1 };
    const groups = await store.listGroups(context, query);
    const page = groups.slice(0, limit);
    const last = page.at(-1);
    const counts = await metricFilterCounts(store, context);
    return {
      logGroups: page.map((group) => described(context, group, counts)),
      ...(groups.length > limit && last !== undefined && { nextToken: listToken([last.name]) }),
    };
  };
}

/** Those that exist, by name; the others are passed over (assumed). */
async function groupsNamed(
  store: LogStore,
  scope: Scope,
  identifiers: readonly string[],
): Promise<LogGroupRecord[]> {
  const names = new Set(identifiers.map((identifier) => groupNameOfIdentifier(scope, identifier)));
  const groups = await Promise.all([...names].sort().map((name) => store.findGroup(scope, name)));
  return groups.filter((group) => group !== undefined);
}

async function metricFilterCounts(store: LogFilterStore, scope: Scope): Promise<Map<string, number>> {
  const filters = Map.groupBy(await store.listFilters(scope, { kind: "metric" }), ({ group }) => group);
  return new Map([...filters].map(([group, ofGroup]) => [group, ofGroup.length]));
}

function described(scope: Scope, group: LogGroupRecord, counts: ReadonlyMap<string, number>): LogGroup {
  const arn = groupArn(scope, group.name);
  return {
    logGroupName: group.name,
    creationTime: group.createdAtMs,
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
    metricFilterCount: counts.get(group.name) ?? 0,
    arn: `${arn}:*`,
    storedBytes: group.storedBytes,
    ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
    logGroupClass: group.logGroupClass as LogGroupClass,
    logGroupArn: arn,
    deletionProtectionEnabled: group.isDeletionProtected,
  };
}
