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
import { eventId, listToken, parseListToken } from "../tokens.ts";

/** Streams without events come first by last event (assumed). Throws ResourceNotFoundException, InvalidParameterException. */
export function describeLogStreams({
  store,
  writer,
}: LogsDependencies): Operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse> {
  return async (request, context) => {
    const { logStreamNamePrefix: prefix, orderBy = "LogStreamName", descending = false, nextToken } = request;
    if (orderBy === "LastEventTime" && prefix !== undefined) {
      throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    const group = groupNameOf(context, request);
    const after = nextToken === undefined ? undefined : parseListToken(nextToken);
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const limit = request.limit ?? LOGS_LIMITS.describeItemsDefault;
    const streams = await store.listStreams(context, group, {
      prefix,
      orderBy: orderBy === "LastEventTime" ? "lastEvent" : "name",
      descending,
      after,
      limit: limit + 1,
    });
    const page = streams.slice(0, limit);
    const last = page.at(-1);
    return {
      logStreams: page.map((stream) => described(context, group, stream)),
      ...(streams.length > limit &&
        last !== undefined && { nextToken: listToken([last.name, last.lastEventMs ?? 0]) }),
    };
  };
}

function described(scope: Scope, group: string, stream: LogStreamRecord): LogStream {
  const { lastIngestionMs } = stream;
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAtMs,
    ...(stream.firstEventMs !== undefined && { firstEventTimestamp: stream.firstEventMs }),
    ...(stream.lastEventMs !== undefined && { lastEventTimestamp: stream.lastEventMs }),
    ...(lastIngestionMs !== undefined && {
      lastIngestionTime: lastIngestionMs,
      // No longer looked at when it comes back (documented); answered because old clients expect it.
      uploadSequenceToken: eventId({ timestampMs: lastIngestionMs, sequence: 0 }),
    }),
    arn: streamArn(scope, group, stream.name),
    // AWS stopped counting bytes by stream in 2019 and answers zero (documented).
    storedBytes: 0,
  };
}
