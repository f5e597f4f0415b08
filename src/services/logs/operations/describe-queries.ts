/** DescribeQueries: those that were started, newest first. */
import type { DescribeQueriesRequest, DescribeQueriesResponse } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { invalidToken } from "../errors.ts";

export function describeQueries({
  queries,
}: LogsDependencies): Operation<DescribeQueriesRequest, DescribeQueriesResponse> {
  return (request, context) => {
    const { logGroupName, status, maxResults = LOGS_LIMITS.describeItemsDefault, nextToken = "0" } = request;
    if (!/^\d{1,9}$/.test(nextToken)) throw invalidToken();
    const start = Number(nextToken);
    const wanted = queries
      .list(context)
      .filter((query) => status === undefined || query.status === status)
      .filter((query) => logGroupName === undefined || query.options.groups.includes(logGroupName));
    return {
      queries: wanted.slice(start, start + maxResults).map((query) => ({
        queryLanguage: "CWLI",
        queryId: query.id,
        queryString: query.options.text,
        status: query.status,
        createTime: query.createdAtMs,
        logGroupName: query.options.groups[0],
        ...(query.endedAtMs !== undefined && { queryDuration: query.endedAtMs - query.createdAtMs }),
        bytesScanned: query.progress.bytesScanned,
      })),
      ...(start + maxResults < wanted.length && { nextToken: String(start + maxResults) }),
    };
  };
}
