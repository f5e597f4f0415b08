/** GetLogRecord: all of one event that a query pointed at. */
import type { GetLogRecordRequest, GetLogRecordResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, recordNotFound } from "../errors.ts";
import { parsePointer } from "../insights/pointer.ts";

/** Discovered fields are not among the members; the message has them. Throws ResourceNotFoundException, InvalidParameterException. */
export function getLogRecord({
  store,
}: LogsDependencies): Operation<GetLogRecordRequest, GetLogRecordResponse> {
  return async (request, context) => {
    const { logRecordPointer = "" } = request;
    const { group, timestampMs, sequence } = parsePointer(logRecordPointer);
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const { events } = await store.queryEvents(context, group, {
      ...{ after: { timestampMs, sequence: sequence - 1 }, untilMs: timestampMs + 1, descending: false },
      ...{ limit: 1, bytesMax: 0, scanEventsMax: 1 },
    });
    const [event] = events;
    if (event?.sequence !== sequence) throw recordNotFound();
    return {
      logRecord: {
        "@timestamp": String(event.timestampMs),
        "@ingestionTime": String(event.ingestedAtMs),
        "@message": event.message,
        "@logStream": event.stream,
        "@log": `${context.accountId}:${group}`,
        "@ptr": logRecordPointer,
      },
    };
  };
}
