/** DescribeLogStreams: a page of a group's streams, by name or by their last event. */
import type {
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  LogStream,
} from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation, Scope } from "../../../model/mod.ts";
import type { LogStreamRecord } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter } from "../errors.ts";
import { groupNameOf, streamArn } from "../names.ts";
import { nameOfToken, nameToken } from "../tokens.ts";

/** Throws ResourceNotFoundException, InvalidParameterException. */
export function describeLogStreams({
  store,
  writer,
}: LogsDependencies): Operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse> {
  return async (request, context) => {
    const { logStreamNamePrefix: prefix, orderBy = "LogStreamName", descending = false, nextToken } = request;
    if (orderBy === "LastEventTime" && prefix !== undefined) {
      throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    const group = groupNameOf(request);
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const streams = [...(await store.listStreams(context, group, prefix))];
    if (orderBy === "LastEventTime") streams.sort((a, b) => (a.lastEventMs ?? 0) - (b.lastEventMs ?? 0));
    if (descending) streams.reverse();
    const limit = request.limit ?? LOGS_LIMITS.describeItemsDefault;
    const lastSeen = nextToken === undefined ? undefined : nameOfToken(nextToken);
    const start = lastSeen === undefined ? 0 : streams.findIndex((stream) => stream.name === lastSeen) + 1;
    const page = streams.slice(start, start + limit);
    const last = page.at(-1);
    return {
      logStreams: page.map((stream) => described(context, group, stream)),
      ...(start + limit < streams.length && last !== undefined && { nextToken: nameToken(last.name) }),
    };
  };
}

function described(scope: Scope, group: string, stream: LogStreamRecord): LogStream {
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAtMs,
    ...(stream.firstEventMs !== undefined && { firstEventTimestamp: stream.firstEventMs }),
    ...(stream.lastEventMs !== undefined && { lastEventTimestamp: stream.lastEventMs }),
    ...(stream.lastIngestionMs !== undefined && { lastIngestionTime: stream.lastIngestionMs }),
    uploadSequenceToken: "0",
    arn: streamArn(scope, group, stream.name),
    // AWS stopped counting bytes by stream in 2019 and answers zero (documented).
    storedBytes: 0,
  };
}
