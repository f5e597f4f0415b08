/** PutLogEvents: a batch into one stream. */
import type {
  InputLogEvent,
  PutLogEventsRequest,
  PutLogEventsResponse,
  RejectedLogEventsInfo,
} from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter, streamNotFound } from "../errors.ts";
import { eventId } from "../tokens.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Events out of their time are left out and told of; the rest of the batch is stored. Sequence tokens are not looked at
 * (documented). Source of the rules: PutLogEvents page of the API reference.
 * Throws ResourceNotFoundException, InvalidParameterException.
 */
export function putLogEvents({
  store,
  writer,
  clock,
}: LogsDependencies): Operation<PutLogEventsRequest, PutLogEventsResponse> {
  return async (request, context) => {
    const { accountId, region } = context;
    const { logGroupName: group = "", logStreamName = "", logEvents = [] } = request;
    const stream = { accountId, region, group, stream: logStreamName };
    checkBatch(logEvents);
    await writer.flush();
    const record = await store.findGroup(context, group);
    if (record === undefined) throw groupNotFound();
    if ((await store.findStream(stream)) === undefined) throw streamNotFound();
    const nowMs = clock.nowMs();
    const { accepted, rejected } = sortOut(logEvents, nowMs, record.retentionDays);
    const events = accepted.map(({ timestamp = 0, message = "" }) => ({ timestampMs: timestamp, message }));
    await store.append([{ stream, events }], nowMs);
    writer.show(stream, events);
    return {
      nextSequenceToken: eventId({ timestampMs: nowMs, sequence: 0 }),
      ...(rejected !== undefined && { rejectedLogEventsInfo: rejected }),
    };
  };
}

/** The texts on sizes are quoted by users, the other two are recall. */
function checkBatch(events: readonly InputLogEvent[]): void {
  const { eventOverheadBytes, eventBytesMax, putBatchBytesMax, putBatchSpanMs } = LOGS_LIMITS;
  let bytes = 0;
  let previousMs = 0;
  for (const { timestamp = 0, message = "" } of events) {
    const eventBytes = Buffer.byteLength(message) + eventOverheadBytes;
    if (eventBytes > eventBytesMax) {
      throw invalidParameter(`Log event too large: ${eventBytes} bytes exceeds limit of ${eventBytesMax}`);
    }
    if (timestamp < previousMs) {
      throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    }
    previousMs = timestamp;
    bytes += eventBytes;
  }
  if (bytes > putBatchBytesMax) {
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${putBatchBytesMax}`);
  }
  if (previousMs - (events[0]?.timestamp ?? 0) > putBatchSpanMs) {
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  }
}

/**
 * Events are in order, so those too old or past the group's retention are a head of the batch and those too new a tail.
 * An end is exclusive, a start inclusive (documented).
 */
function sortOut(
  events: readonly InputLogEvent[],
  nowMs: number,
  retentionDays: number | undefined,
): { accepted: readonly InputLogEvent[]; rejected: RejectedLogEventsInfo | undefined } {
  const countBefore = (timeMs: number) => {
    const index = events.findIndex(({ timestamp = 0 }) => timestamp >= timeMs);
    return index < 0 ? events.length : index;
  };
  const oldEnd = countBefore(nowMs - LOGS_LIMITS.eventAgeMsMax);
  const expiredEnd = retentionDays === undefined ? 0 : countBefore(nowMs - retentionDays * DAY_MS);
  const newStart = countBefore(nowMs + LOGS_LIMITS.eventAheadMsMax + 1);
  const start = Math.max(oldEnd, expiredEnd);
  if (start === 0 && newStart === events.length) return { accepted: events, rejected: undefined };
  return {
    accepted: events.slice(start, newStart),
    rejected: {
      ...(newStart < events.length && { tooNewLogEventStartIndex: newStart }),
      ...(oldEnd > 0 && { tooOldLogEventEndIndex: oldEnd }),
      ...(expiredEnd > 0 && { expiredLogEventEndIndex: expiredEnd }),
    },
  };
}
