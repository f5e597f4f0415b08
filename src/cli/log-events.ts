/** Events of a log group, once or as they come: by polling, which works on any server and survives its restarts. */
import type { CloudWatchLogsClient, FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { CLI_LIMITS } from "../config/mod.ts";
import { isConnectionTrouble, isNamed } from "./cli-error.ts";
import { pause } from "./interrupt.ts";

export interface LogQuery {
  readonly group: string;
  readonly pattern?: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

const { logPollMs, logOverlapMs } = CLI_LIMITS;

/** Oldest first. Rejects with ResourceNotFoundException where there is no such group. */
export async function* logEvents(
  client: CloudWatchLogsClient,
  { group, pattern, sinceMs }: LogQuery,
): AsyncGenerator<FilteredLogEvent> {
  const { paginateFilterLogEvents } = await import("@aws-sdk/client-cloudwatch-logs");
  const query = {
    logGroupName: group,
    startTime: Math.floor(sinceMs),
    ...(pattern !== undefined && { filterPattern: pattern }),
  };
  for await (const page of paginateFilterLogEvents({ client }, query)) yield* page.events ?? [];
}

/** Each event once, until `signal`. A group that is not there yet has no events; a server that is away is waited for. */
export async function* followLogEvents(
  client: CloudWatchLogsClient,
  query: LogQuery,
  signal: AbortSignal,
  report: (trouble: "gone" | "back") => void,
): AsyncGenerator<FilteredLogEvent> {
  let seen = new Map<string, number>();
  let newestMs = query.sinceMs;
  let isAway = false;
  while (!signal.aborted) {
    const sinceMs = Math.max(query.sinceMs, newestMs - logOverlapMs);
    try {
      for await (const event of logEvents(client, { ...query, sinceMs })) {
        const { eventId = "", timestamp = 0 } = event;
        if (seen.has(eventId)) continue;
        seen.set(eventId, timestamp);
        newestMs = Math.max(newestMs, timestamp);
        yield event;
      }
      if (isAway) report("back");
      isAway = false;
    } catch (error) {
      if (!isConnectionTrouble(error) && !isNamed(error, "ResourceNotFoundException")) throw error;
      if (isConnectionTrouble(error) && !isAway) {
        report("gone");
        isAway = true;
      }
    }
    const oldestMs = newestMs - 2 * logOverlapMs;
    seen = new Map([...seen].filter(([, timestampMs]) => timestampMs >= oldestMs));
    await pause(logPollMs, signal);
  }
}
