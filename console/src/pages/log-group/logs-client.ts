/** CloudWatch Logs, and a group's events by time and pattern. */
import {
  CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { clientOf } from "../../kit/clients.ts";

/** Lines a page holds; older ones make room while a tail runs. */
export const LINES_MAX = 2000;
/** Requests for one search: a page of it may be empty while the search goes on. */
const PAGES_MAX = 200;

export function logs(): CloudWatchLogsClient {
  return clientOf(CloudWatchLogsClient);
}

export interface LogLine {
  readonly id: string;
  readonly atMs: number;
  readonly stream: string;
  readonly message: string;
}

export interface LogSearch {
  readonly group: string;
  /** Undefined: every stream. */
  readonly stream: string | undefined;
  readonly pattern: string;
  /** Epoch milliseconds, both included. */
  readonly fromMs: number;
  readonly untilMs: number | undefined;
}

export interface Found {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** There are older ones that did not fit. */
  readonly isCut: boolean;
}

/** The newest that fit, oldest first. `report` is told how many are found so far. */
export async function searchLogs(
  search: LogSearch,
  signal: AbortSignal,
  report: (found: number) => void,
): Promise<Found> {
  const newestFirst: LogLine[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await logs().send(
      new FilterLogEventsCommand({
        ...wanted(search),
        limit: LINES_MAX,
        startFromHead: false,
        nextToken: token,
      }),
      { abortSignal: signal },
    );
    newestFirst.push(...(answer.events ?? []).map(lineOf));
    report(Math.min(newestFirst.length, LINES_MAX));
    token = answer.nextToken;
    if (token === undefined || newestFirst.length >= LINES_MAX) break;
  }
  const isCut = newestFirst.length > LINES_MAX || token !== undefined;
  return { lines: newestFirst.slice(0, LINES_MAX).reverse(), isCut };
}

/** What came at `search.fromMs` or later, oldest first. */
export async function logsSince(search: LogSearch, signal: AbortSignal): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await logs().send(new FilterLogEventsCommand({ ...wanted(search), nextToken: token }), {
      abortSignal: signal,
    });
    lines.push(...(answer.events ?? []).map(lineOf));
    // Who tails wants what is new: of a flood, its end is enough.
    if (lines.length > 2 * LINES_MAX) lines.splice(0, lines.length - LINES_MAX);
    token = answer.nextToken;
    if (token === undefined) break;
  }
  return lines;
}

function wanted({ group, stream, pattern, fromMs, untilMs }: LogSearch) {
  return {
    logGroupName: group,
    startTime: fromMs,
    ...(untilMs !== undefined && { endTime: untilMs }),
    ...(stream !== undefined && { logStreamNames: [stream] }),
    ...(pattern !== "" && { filterPattern: pattern }),
  };
}

function lineOf(event: FilteredLogEvent): LogLine {
  return {
    id: event.eventId ?? `${event.timestamp} ${event.logStreamName} ${event.message}`,
    atMs: event.timestamp ?? 0,
    stream: event.logStreamName ?? "",
    message: (event.message ?? "").replace(/\n+$/, ""),
  };
}
