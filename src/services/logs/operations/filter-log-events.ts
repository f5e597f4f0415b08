/** FilterLogEvents: a group's events in the order of time, those that match a pattern. */
import type {
  FilteredLogEvent,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation, Scope } from "../../../model/mod.ts";
import type { LogStore, StoredLogEvent } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter, streamNotFound } from "../errors.ts";
import { compileFilterPattern } from "../filter/filter-pattern.ts";
import { groupNameOf } from "../names.ts";
import { eventId, eventToken, parseEventToken } from "../tokens.ts";

/** Newest first is for times from here on only. Source: the operation's documentation in the service model. */
const NEWEST_FIRST_FROM_MS = Date.UTC(2024, 0, 1);

/**
 * Streams are always interleaved (documented since 2019). A page may be empty and still have a token: the search goes on.
 * Throws ResourceNotFoundException, InvalidParameterException.
 */
export function filterLogEvents({
  store,
  writer,
}: LogsDependencies): Operation<FilterLogEventsRequest, FilterLogEventsResponse> {
  return async (request, context) => {
    check(request);
    const matches = compileFilterPattern(request.filterPattern);
    const group = groupNameOf(context, request);
    const token = request.nextToken === undefined ? undefined : parseEventToken(request.nextToken);
    const direction = token?.direction ?? (request.startFromHead === false ? "b" : "f");
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    await requireStreams(store, context, group, request.logStreamNames);
    const page = await store.queryEvents(context, group, {
      streams: request.logStreamNames,
      streamPrefix: request.logStreamNamePrefix,
      fromMs: request.startTime,
      // The end is inclusive here, unlike in GetLogEvents (documented).
      untilMs: request.endTime === undefined ? undefined : request.endTime + 1,
      after: token?.position,
      descending: direction === "b",
      matches: request.filterPattern ? matches : undefined,
      limit: request.limit ?? LOGS_LIMITS.getEventsDefault,
      bytesMax: LOGS_LIMITS.pageBytesMax,
      scanEventsMax: LOGS_LIMITS.filterScanEventsMax,
    });
    return {
      events: page.events.map(filtered),
      // Empty since 2020 (documented).
      searchedLogStreams: [],
      ...(page.next !== undefined && { nextToken: eventToken(direction, page.next) }),
    };
  };
}

/** The rules are documented, the texts are recall. */
function check({
  logStreamNames,
  logStreamNamePrefix,
  startFromHead,
  startTime = 0,
}: FilterLogEventsRequest): void {
  if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
    throw invalidParameter("LogStream names and LogStream name prefix are mutually exclusive parameters.");
  }
  if (startFromHead === false && startTime < NEWEST_FIRST_FROM_MS) {
    throw invalidParameter(
      "startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC.",
    );
  }
}

async function requireStreams(
  store: LogStore,
  { accountId, region }: Scope,
  group: string,
  names: readonly string[] = [],
): Promise<void> {
  for (const stream of names) {
    if ((await store.findStream({ accountId, region, group, stream })) === undefined) throw streamNotFound();
  }
}

function filtered(event: StoredLogEvent): FilteredLogEvent {
  return {
    logStreamName: event.stream,
    timestamp: event.timestampMs,
    message: event.message,
    ingestionTime: event.ingestedAtMs,
    eventId: eventId(event),
  };
}
