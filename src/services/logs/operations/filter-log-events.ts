/** FilterLogEvents: a group's events in the order of time, those that match a pattern. */
import type {
  FilteredLogEvent,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation, Scope } from "../../../model/mod.ts";
import type { LogEventPage, LogEventQuery, LogStore, StoredLogEvent } from "../../../store/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter, streamNotFound } from "../errors.ts";
import { compileFilterPattern } from "../filter/filter-pattern.ts";
import type { SearchOptions } from "../jobs/search.job.ts";
import { groupNameOf } from "../names.ts";
import { eventId, eventToken, parseEventToken } from "../tokens.ts";

const SEARCH = new URL("../jobs/search.job.ts", import.meta.url).href;

/** Newest first is for times from here on only. Source: the operation's documentation in the service model. */
const NEWEST_FIRST_FROM_MS = Date.UTC(2024, 0, 1);

/**
 * Streams are always interleaved (documented since 2019). A page may be empty and still have a token: the search goes on.
 * Throws ResourceNotFoundException, InvalidParameterException.
 */
export function filterLogEvents({
  store,
  writer,
  jobs,
}: LogsDependencies): Operation<FilterLogEventsRequest, FilterLogEventsResponse> {
  return async (request, context) => {
    check(request);
    const { filterPattern } = request;
    // Refused before anything is looked for.
    compileFilterPattern(filterPattern);
    const group = groupNameOf(context, request);
    const token = request.nextToken === undefined ? undefined : parseEventToken(request.nextToken);
    const direction = token?.direction ?? (request.startFromHead === false ? "b" : "f");
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    await requireStreams(store, context, group, request.logStreamNames);
    const query = {
      streams: request.logStreamNames,
      streamPrefix: request.logStreamNamePrefix,
      fromMs: request.startTime,
      // The end is inclusive here, unlike in GetLogEvents (documented).
      untilMs: request.endTime === undefined ? undefined : request.endTime + 1,
      after: token?.position,
      descending: direction === "b",
      limit: request.limit ?? LOGS_LIMITS.getEventsDefault,
      bytesMax: LOGS_LIMITS.pageBytesMax,
    };
    const page = filterPattern
      ? await search({ store, jobs }, context, group, query, filterPattern)
      : await store.queryEvents(context, group, { ...query, scanEventsMax: LOGS_LIMITS.filterScanEventsMax });
    return {
      events: page.events.map(filtered),
      // Empty since 2020 (documented).
      searchedLogStreams: [],
      ...(page.next !== undefined && { nextToken: eventToken(direction, page.next) }),
    };
  };
}

type SearchQuery = Omit<LogEventQuery, "matches" | "anyOf" | "scanEventsMax">;

/** What is short is searched here and now; what is long goes on in the thread of long searches. */
async function search(
  { store, jobs }: Pick<LogsDependencies, "store" | "jobs">,
  { accountId, region }: Scope,
  group: string,
  query: SearchQuery,
  pattern: string,
): Promise<LogEventPage> {
  const scope = { accountId, region };
  const matches = compileFilterPattern(pattern);
  const scanEventsMax = LOGS_LIMITS.searchHereEventsMax;
  const here = await store.queryEvents(scope, group, { ...query, matches, scanEventsMax });
  const limit = query.limit - here.events.length;
  const bytesMax = query.bytesMax - bytesOf(here.events);
  // There is no more, or the page is as good as full.
  if (here.next === undefined || limit === 0 || bytesMax < query.bytesMax / 2) return here;
  const rest = {
    ...query,
    ...{ limit, bytesMax, after: here.next },
    scanEventsMax: Number.POSITIVE_INFINITY,
    scanMsMax: LOGS_LIMITS.searchPageMsMax,
  };
  const options: SearchOptions = { scope, group, query: rest, pattern };
  const there = (await jobs.run({ module: SEARCH, options })) as LogEventPage;
  return { events: [...here.events, ...there.events], next: there.next };
}

function bytesOf(events: readonly StoredLogEvent[]): number {
  return events.reduce(
    (sum, { message }) => sum + Buffer.byteLength(message) + LOGS_LIMITS.eventOverheadBytes,
    0,
  );
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
