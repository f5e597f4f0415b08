/** GetLogEvents: one stream, page by page, in both directions. */
import type { GetLogEventsRequest, GetLogEventsResponse } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogPosition, StoredLogEvent } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter, streamNotFound } from "../errors.ts";
import { groupNameOf } from "../names.ts";
import { eventId, positionOf } from "../tokens.ts";

type Direction = "f" | "b";

const BEGINNING: LogPosition = { timestampMs: 0, sequence: 0 };

/**
 * At an end the same token comes back: that is how callers know (documented).
 * Throws ResourceNotFoundException, InvalidParameterException.
 */
export function getLogEvents({
  store,
  writer,
}: LogsDependencies): Operation<GetLogEventsRequest, GetLogEventsResponse> {
  return async (request, context) => {
    const { accountId, region } = context;
    const group = groupNameOf(request);
    const stream = request.logStreamName ?? "";
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    if ((await store.findStream({ accountId, region, group, stream })) === undefined) throw streamNotFound();
    const token = request.nextToken === undefined ? undefined : parseToken(request.nextToken);
    const descending = token === undefined ? request.startFromHead !== true : token.direction === "b";
    const found = await store.queryEvents(context, group, {
      streams: [stream],
      fromMs: request.startTime,
      untilMs: request.endTime,
      after: token?.position,
      descending,
      limit: request.limit ?? LOGS_LIMITS.getEventsDefault,
    });
    const page = withinBytes(found);
    if (descending) page.reverse();
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
    nextForwardToken: `f/${eventId(page.at(-1) ?? (descending ? beside(-1) : at))}`,
    nextBackwardToken: `b/${eventId(page[0] ?? (descending ? at : beside(1)))}`,
  };
}

function parseToken(token: string): { direction: Direction; position: LogPosition } {
  const [direction, id = ""] = token.split("/");
  if (direction !== "f" && direction !== "b") throw invalidParameter("The specified nextToken is invalid.");
  return { direction, position: positionOf(id) };
}

function withinBytes(events: readonly StoredLogEvent[]): StoredLogEvent[] {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    bytes += Buffer.byteLength(event.message) + LOGS_LIMITS.eventOverheadBytes;
    return index > 0 && bytes > LOGS_LIMITS.pageBytesMax;
  });
  return end < 0 ? [...events] : events.slice(0, end);
}
