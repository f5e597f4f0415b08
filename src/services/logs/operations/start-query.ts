/** StartQuery: a Logs Insights query over one or more groups. */
import type { StartQueryRequest, StartQueryResponse } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import { ApiError } from "../../../errors/mod.ts";
import type { Operation, RequestContext } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { invalidParameter } from "../errors.ts";
import { groupNameOfIdentifier } from "../names.ts";

/** Times are epoch seconds; what would be beyond the year 5000 is taken as milliseconds, as AWS does (reported by users). */
const SECONDS_MAX = 100_000_000_000;

/**
 * `SOURCE`, OpenSearch's PPL and SQL are not built. Both ends of the time are inclusive (documented). Texts are recall.
 * Throws MalformedQueryException, InvalidParameterException, LimitExceededException, ResourceNotFoundException.
 */
export function startQuery({
  store,
  writer,
  queries,
}: LogsDependencies): Operation<StartQueryRequest, StartQueryResponse> {
  return async (request, context) => {
    const { queryString = "", queryLanguage = "CWLI", limit, startTime = 0, endTime = 0 } = request;
    if (queryLanguage !== "CWLI") {
      throw invalidParameter(`Lambkin runs queries in CWLI only, not in ${queryLanguage}.`);
    }
    const rowsMax = limit ?? LOGS_LIMITS.insightsRowsDefault;
    if (rowsMax > LOGS_LIMITS.insightsRowsMax) {
      throw invalidParameter(`limit must be at most ${LOGS_LIMITS.insightsRowsMax}.`);
    }
    if (endTime < startTime) throw invalidParameter("End time should not be earlier than start time.");
    const groups = groupsOf(request, context);
    await writer.flush();
    for (const group of groups) {
      if ((await store.findGroup(context, group)) !== undefined) continue;
      throw new ApiError(
        "ResourceNotFoundException",
        `Log group '${group}' does not exist for account ID '${context.accountId}'`,
      );
    }
    const { id } = await queries.start({
      ...{
        scope: { accountId: context.accountId, region: context.region },
        groups,
        text: queryString,
        rowsMax,
      },
      ...{ fromMs: millisecondsOf(startTime), untilMs: endMs(endTime) },
    });
    return { queryId: id };
  };
}

function groupsOf(request: StartQueryRequest, context: RequestContext): string[] {
  const { logGroupName, logGroupNames, logGroupIdentifiers } = request;
  const given = [logGroupName, logGroupNames, logGroupIdentifiers].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw invalidParameter(
      "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.",
    );
  }
  const names = logGroupNames ?? logGroupIdentifiers?.map((each) => groupNameOfIdentifier(context, each));
  const groups = [...new Set(names ?? [logGroupName ?? ""])];
  if (groups.length === 0 || groups.length > LOGS_LIMITS.insightsGroupsMax) {
    throw invalidParameter(`A query is over 1 to ${LOGS_LIMITS.insightsGroupsMax} log groups.`);
  }
  return groups;
}

function millisecondsOf(time: number): number {
  return time < SECONDS_MAX ? time * 1000 : time;
}

/** The whole of the last second, or millisecond, is in it. */
function endMs(time: number): number {
  return time < SECONDS_MAX ? (time + 1) * 1000 : time + 1;
}
