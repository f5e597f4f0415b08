/** GetLogEvents: one stream, page by page, in both directions. */
import type { GetLogEventsRequest, GetLogEventsResponse } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogPosition, StoredLogEvent } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, streamNotFound } from "../errors.ts";
import { groupNameOf } from "../names.ts";
import { eventToken, parseEventToken } from "../tokens.ts";

const BEGINNING: LogPosition = { timestampMs: 0, sequence: 0 };

/**
 * Events come oldest first in either direction; without a token the newest page is the first, unless `startFromHead`.
 * At an end the same token comes back: that is how callers know (documented).
 * Throws ResourceNotFoundException, InvalidParameterException.
 */
export function getLogEvents({
  store,
  writer,
}: LogsDependencies): Operation<GetLogEventsRequest, GetLogEventsResponse> {
  return async (request, context) => {
    const { accountId, region } = context;
    const group = groupNameOf(context, request);
    const stream = request.logStreamName ?? "";
    const token = request.nextToken === undefined ? undefined : parseEventToken(request.nextToken);
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    if ((await store.findStream({ accountId, region, group, stream })) === undefined) throw streamNotFound();
    const descending = token === undefined ? request.startFromHead !== true : token.direction === "b";
    const { events } = await store.queryEvents(context, group, {
      streams: [stream],
      fromMs: request.startTime,
      untilMs: request.endTime,
      after: token?.position,
      descending,
      limit: request.limit ?? LOGS_LIMITS.getEventsDefault,
      bytesMax: LOGS_LIMITS.pageBytesMax,
      scanEventsMax: Number.POSITIVE_INFINITY,
    });
    const page = descending ? events.toReversed() : events;
    return {
      events: page.map(({ timestampMs, message, ingestedAtMs }) => ({
        timestamp: timestampMs,
        message,
        ingestionTime: ingestedAtMs,
      })),
      ...tokens(page, token?.position ?? BEGINNING, descending),
    };
  };
}

/**
 * Tokens exclude the event they name. On an empty page the token of the direction asked for stays as it was; the other
 * one turns round and must include the event at which the caller stands.
 */
function tokens(
  page: readonly StoredLogEvent[],
  at: LogPosition,
  descending: boolean,
): Pick<GetLogEventsResponse, "nextForwardToken" | "nextBackwardToken"> {
  const beside = (step: number): LogPosition => ({ ...at, sequence: Math.max(0, at.sequence + step) });
  return {
    nextForwardToken: eventToken("f", page.at(-1) ?? (descending ? beside(-1) : at)),
    nextBackwardToken: eventToken("b", page[0] ?? (descending ? at : beside(1))),
  };
}
