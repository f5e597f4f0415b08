/** Reads a page of log events in the order of time, in short slices, with the event loop in between. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { LOGS_LIMITS } from "../../config/mod.ts";
import type { LogEventPage, LogEventQuery, LogPosition, StoredLogEvent } from "../log-store.ts";
import { prefixRange } from "../prefix-range.ts";
import { yieldToEventLoop } from "./transaction.ts";

/** A slice ends after so many rows or bytes: a few milliseconds of work. */
const SLICE_ROWS = 1000;
const SLICE_BYTES = 2 * 1024 * 1024;
/** Nothing is known yet of how large the messages are. */
const FIRST_SLICE_ROWS = 50;
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
  /** Ids of groups or streams, then the texts of which a message must contain one. */
  readonly values: readonly SQLInputValue[];
  /** Where the group's index is read for some of its streams. */
  readonly only: ReadonlySet<number> | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
}

type EventRow = [id: number, streamId: number, timeMs: number, ingestedMs: number, message: string];

/** What decides which rows are read. */
export type RowQuery = Pick<
  LogEventQuery,
  "streams" | "streamPrefix" | "fromMs" | "untilMs" | "after" | "descending" | "anyOf"
>;

type GroupQuery = Omit<RowQuery, "streams" | "streamPrefix">;

interface Slice {
  readonly rows: EventRow[];
  readonly bytes: number;
  /** It ends before it has the rows that were asked for. */
  readonly isCut: boolean;
}

export interface LogEventReaderOptions {
  /**
   * Messages without any of the query's texts are passed over by SQLite, which may take seconds without a pause: not on the
   * server's thread.
   */
  readonly skipsInDatabase?: boolean;
}

export class LogEventReader {
  readonly #db: DatabaseSync;
  readonly #skipsInDatabase: boolean;
  /** By their text, of which there are two for each number of merged streams. */
  readonly #statements = new Map<string, StatementSync>();
  readonly #streamName: StatementSync;
  readonly #streamByName: StatementSync;
  readonly #streamsByPrefix: StatementSync;

  constructor(db: DatabaseSync, { skipsInDatabase = false }: LogEventReaderOptions = {}) {
    this.#db = db;
    this.#skipsInDatabase = skipsInDatabase;
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
    for (const slice of this.#slices(plan, query)) {
      for (const row of slice) {
        if (!page.take(row)) return { events: this.#named(page.rows), next: page.last };
      }
      if (page.isOver()) return { events: this.#named(page.rows), next: page.last };
      await yieldToEventLoop();
    }
    return { events: this.#named(page.rows), next: undefined };
  }

  /** All rows of a group in the order of the query, from its `after` on; those to be skipped may be left out. */
  *slices(groupId: number, query: GroupQuery): Generator<EventRow[]> {
    const plan = this.#plan(groupId, query);
    if (plan !== undefined) yield* this.#slices(plan, query);
  }

  *#slices(plan: Plan, query: RowQuery): Generator<EventRow[]> {
    const { descending } = query;
    const other = descending ? plan.fromMs : plan.untilMs;
    let from = startOf(query, plan);
    let rowsMax = FIRST_SLICE_ROWS;
    for (;;) {
      const values: SQLInputValue[] = [from.timestampMs, from.sequence, other, rowsMax, ...plan.values];
      const { rows, bytes, isCut } = this.#slice(plan.sql, values, rowsMax);
      const last = rows.at(-1);
      yield rows;
      if (last === undefined || (!isCut && rows.length < rowsMax)) return;
      from = { timestampMs: last[2], sequence: last[0] };
      // Rows that are read all at once must not be more than memory can take, should the next ones be like these.
      const ofBytes = Math.floor((SLICE_BYTES * rows.length) / Math.max(bytes, 1));
      rowsMax = Math.min(SLICE_ROWS, Math.max(FIRST_SLICE_ROWS, ofBytes));
    }
  }

  #slice(sql: string, values: SQLInputValue[], rowsMax: number): Slice {
    const statement = this.#prepared(sql);
    // Rows come as arrays (see #prepared), which the types do not say.
    if (this.#skipsInDatabase && rowsMax > FIRST_SLICE_ROWS) {
      const rows = statement.all(...values) as unknown as EventRow[];
      return { rows, bytes: rows.reduce((sum, row) => sum + row[4].length, 0), isCut: false };
    }
    const rows: EventRow[] = [];
    let bytes = 0;
    for (const row of statement.iterate(...values) as Iterable<unknown> as Iterable<EventRow>) {
      rows.push(row);
      bytes += row[4].length;
      if (bytes >= SLICE_BYTES) return { rows, bytes, isCut: true };
    }
    return { rows, bytes, isCut: false };
  }

  #plan(
    groupId: number,
    { streams, streamPrefix, fromMs = 0, untilMs = TIME_MAX, descending, anyOf }: RowQuery,
  ) {
    const texts = this.#skipsInDatabase ? (anyOf ?? []) : [];
    const ofGroup = {
      sql: sqlFor("group_id", 1, texts.length, descending),
      values: [groupId, ...texts] as readonly SQLInputValue[],
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
      const sql = sqlFor("stream_id", ids.length, texts.length, descending);
      return { ...ofGroup, sql, values: [...ids, ...texts] } satisfies Plan;
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
  readonly #query: LogEventQuery;
  readonly #only: ReadonlySet<number> | undefined;
  readonly #startedMs = performance.now();
  #bytes = 0;
  #scanned = 0;

  constructor(query: LogEventQuery, only: ReadonlySet<number> | undefined) {
    this.#query = query;
    this.#only = only;
    this.last = query.after;
  }

  /** The time for a page is over. */
  isOver(): boolean {
    const { scanMsMax = Number.POSITIVE_INFINITY } = this.#query;
    return this.last !== undefined && performance.now() - this.#startedMs > scanMsMax;
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

/** ?1, ?2: the place read from, exclusive. ?3: the other end in time. ?4: rows. ?5…: the ids, then the texts. */
function sqlFor(column: "group_id" | "stream_id", ids: number, texts: number, descending: boolean): string {
  const ends = descending
    ? "(time_ms, id) < (?1, ?2) AND time_ms >= ?3"
    : "(time_ms, id) > (?1, ?2) AND time_ms < ?3";
  const found = Array.from({ length: texts }, (_, index) => `instr(message, ?${index + 5 + ids}) > 0`);
  const skip = texts === 0 ? "" : ` AND (${found.join(" OR ")})`;
  const parts = Array.from(
    { length: ids },
    (_, index) =>
      `SELECT id, stream_id, time_ms, ingested_ms, message FROM events WHERE ${column} = ?${index + 5} AND ${ends}${skip}`,
  );
  const direction = descending ? "DESC" : "ASC";
  return `${parts.join(" UNION ALL ")} ORDER BY time_ms ${direction}, id ${direction} LIMIT ?4`;
}

/** Sequences start at 1, so 0 stands before every event of its millisecond. */
function startOf({ after, descending }: RowQuery, { fromMs, untilMs }: Plan): LogPosition {
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
