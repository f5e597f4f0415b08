/** Reads a page of log events in the order of time, in short slices, with the event loop in between. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { LOGS_LIMITS } from "../../config/mod.ts";
import type { LogEventPage, LogEventQuery, LogPosition, StoredLogEvent } from "../log-store.ts";
import { prefixRange } from "../prefix-range.ts";
import { yieldToEventLoop } from "./transaction.ts";

/** A slice ends after so many rows or bytes: a few milliseconds of work. */
const SLICE_ROWS = 1000;
const SLICE_BYTES = 2 * 1024 * 1024;
/**
 * Up to so many streams are read through their own index and merged, so that a quiet stream of a busy group costs
 * nothing of the others. Each further stream makes every row pass one more merge; beyond this the group's index is
 * read, within the time its streams cover.
 */
const MERGED_STREAMS_MAX = 24;

const TIME_MAX = Number.MAX_SAFE_INTEGER;

interface StreamSpan {
  readonly id: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What a query comes down to: one index (or a merge of several) between two ends. */
interface Plan {
  readonly sql: string;
  readonly ids: readonly number[];
  /** Where the group's index is read for some of its streams. */
  readonly only: ReadonlySet<number> | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
}

type EventRow = [id: number, streamId: number, timeMs: number, ingestedMs: number, message: string];

export class LogEventReader {
  readonly #db: DatabaseSync;
  /** By their text, of which there are two for each number of merged streams. */
  readonly #statements = new Map<string, StatementSync>();
  readonly #streamName: StatementSync;
  readonly #streamByName: StatementSync;
  readonly #streamsByPrefix: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#streamName = db.prepare("SELECT name FROM streams WHERE id = ?");
    const span =
      "SELECT id, first_ms, last_ms FROM streams WHERE last_ingestion_ms IS NOT NULL AND group_id = ?";
    this.#streamByName = db.prepare(`${span} AND name = ?`);
    this.#streamsByPrefix = db.prepare(
      `${span} AND name >= ? AND name < ? AND last_ms >= ? AND first_ms < ?`,
    );
  }

  async read(groupId: number, query: LogEventQuery): Promise<LogEventPage> {
    const plan = this.#plan(groupId, query);
    if (plan === undefined) return { events: [], next: undefined };
    const page = new Page(query, plan.only);
    let from = startOf(query, plan);
    for (;;) {
      const next = this.#slice(plan, query.descending, from, page);
      if (next === undefined) break;
      from = next;
      await yieldToEventLoop();
    }
    return { events: this.#named(page.rows), next: page.isExhausted ? undefined : page.last };
  }

  /** Feeds the page; answers where the next slice starts, or undefined when the page is done. */
  #slice(plan: Plan, descending: boolean, from: LogPosition, page: Page): LogPosition | undefined {
    const other = descending ? plan.fromMs : plan.untilMs;
    const values: SQLInputValue[] = [from.timestampMs, from.sequence, other, SLICE_ROWS, ...plan.ids];
    const statement = this.#prepared(plan.sql);
    let rows = 0;
    let bytes = 0;
    // Rows come as arrays (see #prepared), which the types do not say.
    for (const row of statement.iterate(...values) as Iterable<unknown> as Iterable<EventRow>) {
      if (!page.take(row)) return undefined;
      rows++;
      bytes += row[4].length;
      if (bytes >= SLICE_BYTES) return page.last;
    }
    if (rows < SLICE_ROWS) {
      page.isExhausted = true;
      return undefined;
    }
    return page.last;
  }

  #plan(
    groupId: number,
    { streams, streamPrefix, fromMs = 0, untilMs = TIME_MAX, descending }: LogEventQuery,
  ) {
    const ofGroup = {
      sql: sqlFor("group_id", 1, descending),
      ids: [groupId],
      only: undefined,
      fromMs,
      untilMs,
    };
    if (streams === undefined && streamPrefix === undefined) return ofGroup satisfies Plan;
    const spans =
      streams === undefined
        ? this.#streamsByPrefix.all(groupId, ...prefixRange(streamPrefix ?? ""), fromMs, untilMs).map(spanOf)
        : [...new Set(streams)].flatMap((name) => this.#streamByName.all(groupId, name)).map(spanOf);
    if (spans.length === 0) return undefined;
    const ids = spans.map(({ id }) => id);
    if (spans.length <= MERGED_STREAMS_MAX) {
      return { ...ofGroup, sql: sqlFor("stream_id", ids.length, descending), ids } satisfies Plan;
    }
    return {
      ...ofGroup,
      only: new Set(ids),
      fromMs: spans.reduce((least, { firstMs }) => Math.min(least, firstMs), untilMs - 1),
      untilMs: spans.reduce((most, { lastMs }) => Math.max(most, lastMs), fromMs) + 1,
    } satisfies Plan;
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #named(rows: readonly EventRow[]): StoredLogEvent[] {
    const names = new Map<number, string>();
    const events: StoredLogEvent[] = [];
    for (const [sequence, streamId, timestampMs, ingestedAtMs, message] of rows) {
      let stream = names.get(streamId);
      if (stream === undefined) {
        const found = this.#streamName.get(streamId)?.["name"];
        // Its stream was deleted while the page was being read.
        if (found === undefined) continue;
        stream = String(found);
        names.set(streamId, stream);
      }
      events.push({ sequence, timestampMs, ingestedAtMs, message, stream });
    }
    return events;
  }
}

/** Takes rows until a bound of the query is met. */
class Page {
  readonly rows: EventRow[] = [];
  /** The last row that was dealt with: given, or found not to match. */
  last: LogPosition | undefined;
  isExhausted = false;
  readonly #query: LogEventQuery;
  readonly #only: ReadonlySet<number> | undefined;
  #bytes = 0;
  #scanned = 0;

  constructor(query: LogEventQuery, only: ReadonlySet<number> | undefined) {
    this.#query = query;
    this.#only = only;
    this.last = query.after;
  }

  /** False: the page is full and this row belongs to the next one. */
  take(row: EventRow): boolean {
    const { limit, bytesMax, scanEventsMax, matches } = this.#query;
    if (this.#scanned >= scanEventsMax) return false;
    this.#scanned++;
    const message = row[4];
    if ((this.#only?.has(row[1]) ?? true) && (matches?.(message) ?? true)) {
      const bytes = this.#bytes + Buffer.byteLength(message) + LOGS_LIMITS.eventOverheadBytes;
      if (this.rows.length >= limit || (this.rows.length > 0 && bytes > bytesMax)) return false;
      this.#bytes = bytes;
      this.rows.push(row);
    }
    this.last = { timestampMs: row[2], sequence: row[0] };
    return true;
  }
}

/** ?1, ?2: the place read from, exclusive. ?3: the other end in time. ?4: rows. ?5…: the ids. */
function sqlFor(column: "group_id" | "stream_id", ids: number, descending: boolean): string {
  const ends = descending
    ? "(time_ms, id) < (?1, ?2) AND time_ms >= ?3"
    : "(time_ms, id) > (?1, ?2) AND time_ms < ?3";
  const parts = Array.from(
    { length: ids },
    (_, index) =>
      `SELECT id, stream_id, time_ms, ingested_ms, message FROM events WHERE ${column} = ?${index + 5} AND ${ends}`,
  );
  const direction = descending ? "DESC" : "ASC";
  return `${parts.join(" UNION ALL ")} ORDER BY time_ms ${direction}, id ${direction} LIMIT ?4`;
}

/** Sequences start at 1, so 0 stands before every event of its millisecond. */
function startOf({ after, descending }: LogEventQuery, { fromMs, untilMs }: Plan): LogPosition {
  const edge = { timestampMs: descending ? untilMs : fromMs, sequence: 0 };
  if (after === undefined) return edge;
  return isBefore(after, edge) === descending ? after : edge;
}

function isBefore(a: LogPosition, b: LogPosition): boolean {
  return a.timestampMs < b.timestampMs || (a.timestampMs === b.timestampMs && a.sequence < b.sequence);
}

function spanOf(row: Record<string, unknown>): StreamSpan {
  return { id: Number(row["id"]), firstMs: Number(row["first_ms"]), lastMs: Number(row["last_ms"]) };
}
