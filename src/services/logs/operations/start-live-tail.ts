/** StartLiveTail: a stream of what is printed from here on. */
import type { StartLiveTailRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter } from "../errors.ts";
import { groupNameOfIdentifier } from "../names.ts";

/**
 * AWS wants ARNs; names do here as well. The rules are documented, the texts recall.
 * Throws InvalidParameterException, ResourceNotFoundException, LimitExceededException.
 */
export function startLiveTail({
  store,
  writer,
  liveTails,
}: LogsDependencies): Operation<StartLiveTailRequest, { responseStream: AsyncIterable<object> }> {
  return async (request, context) => {
    const { logGroupIdentifiers = [], logStreamNames, logStreamNamePrefixes } = request;
    const scope = { accountId: context.accountId, region: context.region };
    if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined) {
      throw invalidParameter("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.");
    }
    if ((logStreamNames ?? logStreamNamePrefixes) !== undefined && logGroupIdentifiers.length > 1) {
      throw invalidParameter("Log streams can be specified only for a single log group.");
    }
    if (logGroupIdentifiers.some((identifier) => identifier.endsWith("*"))) {
      throw invalidParameter("A log group ARN must not end with an asterisk.");
    }
    const groups = [...new Set(logGroupIdentifiers.map((each) => groupNameOfIdentifier(scope, each)))];
    await writer.flush();
    for (const group of groups) {
      if ((await store.findGroup(scope, group)) === undefined) throw groupNotFound();
    }
    const { requestId } = context;
    return { responseStream: liveTails.start({ scope, groups, requestId, asked: request }) };
  };
}
