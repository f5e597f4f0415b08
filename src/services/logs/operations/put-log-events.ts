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

const BATCH_SPAN_MS = 24 * 60 * 60 * 1000;

/** Source of the rules: PutLogEvents page of the API reference. Throws ResourceNotFoundException, InvalidParameterException. */
export function putLogEvents({
  store,
  clock,
}: LogsDependencies): Operation<PutLogEventsRequest, PutLogEventsResponse> {
  return async (request, context) => {
    const { accountId, region } = context;
    const group = request.logGroupName ?? "";
    const stream = { accountId, region, group, stream: request.logStreamName ?? "" };
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    if ((await store.findStream(stream)) === undefined) throw streamNotFound();
    const events = request.logEvents ?? [];
    checkBatch(events);
    const nowMs = clock.nowMs();
    const { accepted, rejected } = sort(events, nowMs);
    await store.append(
      [
        {
          stream,
          events: accepted.map(({ timestamp = 0, message = "" }) => ({ timestampMs: timestamp, message })),
        },
      ],
      nowMs,
    );
    return { nextSequenceToken: "0", ...(rejected !== undefined && { rejectedLogEventsInfo: rejected }) };
  };
}

function checkBatch(events: readonly InputLogEvent[]): void {
  let bytes = 0;
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const { timestamp = 0, message = "" } of events) {
    bytes += Buffer.byteLength(message) + LOGS_LIMITS.eventOverheadBytes;
    if (timestamp < previousMs) {
      throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    }
    previousMs = timestamp;
  }
  if (bytes > LOGS_LIMITS.putBatchBytesMax) {
    throw invalidParameter(
      `Upload too large: ${bytes} bytes exceeds limit of ${LOGS_LIMITS.putBatchBytesMax}`,
    );
  }
  const firstMs = events[0]?.timestamp ?? 0;
  if (previousMs - firstMs > BATCH_SPAN_MS) {
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  }
}

/** Events are in order, so the too old are a head of the batch and the too new a tail. */
function sort(
  events: readonly InputLogEvent[],
  nowMs: number,
): { accepted: readonly InputLogEvent[]; rejected: RejectedLogEventsInfo | undefined } {
  const oldestMs = nowMs - LOGS_LIMITS.eventAgeMsMax;
  const newestMs = nowMs + LOGS_LIMITS.eventAheadMsMax;
  const firstKept = events.findIndex(({ timestamp = 0 }) => timestamp >= oldestMs);
  const oldEnd = firstKept < 0 ? events.length : firstKept;
  const firstNew = events.findIndex(({ timestamp = 0 }) => timestamp > newestMs);
  const newStart = firstNew < 0 ? events.length : firstNew;
  if (oldEnd === 0 && newStart === events.length) return { accepted: events, rejected: undefined };
  return {
    accepted: events.slice(oldEnd, newStart),
    rejected: {
      ...(oldEnd > 0 && { tooOldLogEventEndIndex: oldEnd }),
      ...(newStart < events.length && { tooNewLogEventStartIndex: newStart }),
    },
  };
}
