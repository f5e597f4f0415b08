/** FilterLogEvents: a group's events in the order of time, those that match a pattern. */
import type {
  FilteredLogEvent,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation, Scope } from "../../../model/mod.ts";
import type { LogPosition, LogStore, StoredLogEvent } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter, streamNotFound } from "../errors.ts";
import { compileFilterPattern, type MessageFilter } from "../filter-pattern.ts";
import { groupNameOf } from "../names.ts";
import { eventId, positionOf } from "../tokens.ts";

const SCAN_EVENTS = 5000;

/** A page may be empty and still have a token: the search goes on. Throws ResourceNotFoundException, InvalidParameterException. */
export function filterLogEvents({
  store,
  writer,
}: LogsDependencies): Operation<FilterLogEventsRequest, FilterLogEventsResponse> {
  return async (request, context) => {
    const matches = compileFilterPattern(request.filterPattern);
    const group = groupNameOf(request);
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const search: Search = {
      scope: context,
      group,
      streams: await streamsOf(store, context, group, request),
      fromMs: request.startTime,
      // The end is inclusive here, unlike in GetLogEvents (documented).
      untilMs: request.endTime === undefined ? undefined : request.endTime + 1,
      limit: request.limit ?? LOGS_LIMITS.getEventsDefault,
      matches,
    };
    const start = request.nextToken === undefined ? undefined : positionOf(request.nextToken);
    const { events, next } = await scan(store, search, start);
    return {
      events: events.map(filtered),
      searchedLogStreams: [],
      ...(next !== undefined && { nextToken: eventId(next) }),
    };
  };
}

interface Search {
  readonly scope: Scope;
  readonly group: string;
  readonly streams: readonly string[] | undefined;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly limit: number;
  readonly matches: MessageFilter;
}

/** Ends at the limit of events or bytes, after a bounded scan, or when nothing is left (then there is no next). */
async function scan(
  store: LogStore,
  search: Search,
  start: LogPosition | undefined,
): Promise<{ events: StoredLogEvent[]; next: LogPosition | undefined }> {
  const events: StoredLogEvent[] = [];
  let bytes = 0;
  let after = start;
  for (let scanned = 0; scanned < LOGS_LIMITS.filterScanEventsMax; ) {
    const piece = await store.queryEvents(search.scope, search.group, {
      streams: search.streams,
      fromMs: search.fromMs,
      untilMs: search.untilMs,
      after,
      descending: false,
      limit: SCAN_EVENTS,
    });
    for (const event of piece) {
      if (search.matches(event.message)) {
        const eventBytes = Buffer.byteLength(event.message) + LOGS_LIMITS.eventOverheadBytes;
        const isFull = events.length > 0 && bytes + eventBytes > LOGS_LIMITS.pageBytesMax;
        if (events.length >= search.limit || isFull) return { events, next: after };
        events.push(event);
        bytes += eventBytes;
      }
      after = event;
    }
    if (piece.length < SCAN_EVENTS) return { events, next: undefined };
    scanned += piece.length;
  }
  return { events, next: after };
}

async function streamsOf(
  store: LogStore,
  scope: Scope,
  group: string,
  request: FilterLogEventsRequest,
): Promise<readonly string[] | undefined> {
  const { logStreamNames: names, logStreamNamePrefix: prefix } = request;
  if (names !== undefined && prefix !== undefined) {
    throw invalidParameter("Log stream names and log stream name prefix are mutually exclusive parameters.");
  }
  if (prefix !== undefined)
    return (await store.listStreams(scope, group, prefix)).map((stream) => stream.name);
  const { accountId, region } = scope;
  for (const stream of names ?? []) {
    if ((await store.findStream({ accountId, region, group, stream })) === undefined) throw streamNotFound();
  }
  return names;
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
