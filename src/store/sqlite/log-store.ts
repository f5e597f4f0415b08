/** LogStore on a SQLite file of its own: small rows, integer keys, two indexes in time order; oldest events go first. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { LOGS_LIMITS } from "../../config/mod.ts";
import type { LogStreamRef, Scope } from "../../model/mod.ts";
import type {
  LogAppend,
  LogEventQuery,
  LogGroupQuery,
  LogGroupRecord,
  LogStore,
  LogStreamRecord,
  StoredLogEvent,
} from "../log-store.ts";
import { migrate } from "./migrate.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Deletes go in pieces of this many rows, with the event loop in between. */
const DELETE_ROWS = 5000;

/** Append only: a released entry never changes. */
const MIGRATIONS = [
  `CREATE TABLE groups (
     id INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     created_ms INTEGER NOT NULL, retention_days INTEGER, kms_key_id TEXT, class TEXT NOT NULL,
     tags TEXT NOT NULL, stored_bytes INTEGER NOT NULL DEFAULT 0, UNIQUE (account, region, name)
   );
   CREATE TABLE streams (
     id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL,
     first_ms INTEGER, last_ms INTEGER, last_ingestion_ms INTEGER, UNIQUE (group_id, name)
   );
   CREATE TABLE events (
     id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, stream_id INTEGER NOT NULL,
     time_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL, message TEXT NOT NULL
   );
   CREATE INDEX events_by_group ON events (group_id, time_ms);
   CREATE INDEX events_by_stream ON events (stream_id, time_ms);`,
];

type Row = Record<string, unknown>;

export class SqliteLogStore implements LogStore {
  readonly #db: DatabaseSync;
  readonly #insertEvent: StatementSync;
  readonly #touchStream: StatementSync;
  readonly #addBytes: StatementSync;
  /** Ids of streams by their full name, so that a batch does not look them up for every event. */
  readonly #streamIds = new Map<string, { readonly group: number; readonly stream: number }>();

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    // NORMAL: a crash of the server loses nothing that was committed; a power cut may lose the last moments.
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    migrate(this.#db, MIGRATIONS);
    this.#insertEvent = this.#db.prepare(
      "INSERT INTO events (group_id, stream_id, time_ms, ingested_ms, message) VALUES (?, ?, ?, ?, ?)",
    );
    this.#touchStream = this.#db.prepare(
      `UPDATE streams SET first_ms = MIN(COALESCE(first_ms, ?1), ?1), last_ms = MAX(COALESCE(last_ms, ?2), ?2),
         last_ingestion_ms = ?3 WHERE id = ?4`,
    );
    this.#addBytes = this.#db.prepare("UPDATE groups SET stored_bytes = stored_bytes + ? WHERE id = ?");
  }

  async createGroup(scope: Scope, group: LogGroupRecord): Promise<boolean> {
    return this.#insertGroup(scope, group);
  }

  async deleteGroup(scope: Scope, name: string): Promise<boolean> {
    const id = this.#groupId(scope, name);
    if (id === undefined) return false;
    this.#streamIds.clear();
    this.#db.prepare("DELETE FROM groups WHERE id = ?").run(id);
    this.#db.prepare("DELETE FROM streams WHERE group_id = ?").run(id);
    await this.#deleteEvents("group_id = ?", [id]);
    return true;
  }

  async findGroup(scope: Scope, name: string): Promise<LogGroupRecord | undefined> {
    const row = this.#db
      .prepare("SELECT * FROM groups WHERE account = ? AND region = ? AND name = ?")
      .get(scope.accountId, scope.region, name);
    return row && groupRecord(row);
  }

  async listGroups(scope: Scope, query: LogGroupQuery): Promise<LogGroupRecord[]> {
    const rows = this.#db
      .prepare(
        `SELECT * FROM groups WHERE account = ? AND region = ? AND name > ?
           AND substr(name, 1, length(?4)) = ?4 AND instr(name, ?5) > 0 ORDER BY name LIMIT ?6`,
      )
      .all(
        scope.accountId,
        scope.region,
        query.afterName ?? "",
        query.prefix ?? "",
        query.contains ?? "",
        query.limit,
      );
    return rows.map(groupRecord);
  }

  async setRetention(scope: Scope, name: string, retentionDays: number | undefined): Promise<boolean> {
    const { changes } = this.#db
      .prepare("UPDATE groups SET retention_days = ? WHERE account = ? AND region = ? AND name = ?")
      .run(retentionDays ?? null, scope.accountId, scope.region, name);
    return changes === 1;
  }

  async createStream(ref: LogStreamRef, createdAtMs: number): Promise<boolean> {
    const group = this.#groupId(ref, ref.group);
    return group !== undefined && this.#insertStream(group, ref.stream, createdAtMs);
  }

  async deleteStream(ref: LogStreamRef): Promise<boolean> {
    const group = this.#groupId(ref, ref.group);
    const row = group !== undefined ? this.#streamRow(group, ref.stream) : undefined;
    if (group === undefined || row === undefined) return false;
    const id = Number(row["id"]);
    this.#streamIds.clear();
    this.#db.prepare("DELETE FROM streams WHERE id = ?").run(id);
    await this.#deleteEvents("stream_id = ?", [id]);
    return true;
  }

  async findStream(ref: LogStreamRef): Promise<LogStreamRecord | undefined> {
    const group = this.#groupId(ref, ref.group);
    const row = group !== undefined ? this.#streamRow(group, ref.stream) : undefined;
    return row && streamRecord(row);
  }

  async listStreams(scope: Scope, group: string, prefix: string | undefined): Promise<LogStreamRecord[]> {
    const id = this.#groupId(scope, group);
    if (id === undefined) return [];
    return this.#db
      .prepare("SELECT * FROM streams WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name")
      .all(id, prefix ?? "")
      .map(streamRecord);
  }

  async append(batch: readonly LogAppend[], ingestedAtMs: number): Promise<void> {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      for (const { stream: ref, events } of batch) this.#appendTo(ref, events, ingestedAtMs);
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      this.#streamIds.clear();
      throw error;
    }
  }

  async queryEvents(scope: Scope, group: string, query: LogEventQuery): Promise<StoredLogEvent[]> {
    const groupId = this.#groupId(scope, group);
    if (groupId === undefined) return [];
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    if (query.streams === undefined) {
      conditions.push("e.group_id = ?");
      values.push(groupId);
    } else {
      const ids = query.streams.flatMap((name) => this.#streamRow(groupId, name)?.["id"] ?? []);
      if (ids.length === 0) return [];
      conditions.push(`e.stream_id IN (${ids.map(() => "?").join(", ")})`);
      values.push(...(ids as number[]));
    }
    if (query.fromMs !== undefined) {
      conditions.push("e.time_ms >= ?");
      values.push(query.fromMs);
    }
    if (query.untilMs !== undefined) {
      conditions.push("e.time_ms < ?");
      values.push(query.untilMs);
    }
    if (query.after !== undefined) {
      conditions.push(`(e.time_ms, e.id) ${query.descending ? "<" : ">"} (?, ?)`);
      values.push(query.after.timestampMs, query.after.sequence);
    }
    const direction = query.descending ? "DESC" : "ASC";
    const rows = this.#db
      .prepare(
        `SELECT e.id, e.time_ms, e.ingested_ms, e.message, s.name AS stream
         FROM events e JOIN streams s ON s.id = e.stream_id
         WHERE ${conditions.join(" AND ")} ORDER BY e.time_ms ${direction}, e.id ${direction} LIMIT ?`,
      )
      .all(...values, query.limit);
    return rows.map(storedEvent);
  }

  async enforceBounds(nowMs: number, bytesMax: number): Promise<number> {
    let dropped = 0;
    const limited = this.#db
      .prepare("SELECT id, retention_days FROM groups WHERE retention_days IS NOT NULL")
      .all();
    for (const row of limited) {
      const oldestMs = nowMs - Number(row["retention_days"]) * DAY_MS;
      dropped += await this.#deleteEvents("group_id = ? AND time_ms < ?", [Number(row["id"]), oldestMs]);
    }
    while (this.#storedBytes() > bytesMax) {
      const removed = this.#deletePiece("1 = 1", []);
      if (removed === 0) break;
      dropped += removed;
      await yieldToEventLoop();
    }
    return dropped;
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #appendTo(ref: LogStreamRef, events: LogAppend["events"], ingestedAtMs: number): void {
    if (events.length === 0) return;
    const { group, stream } = this.#idsOf(ref, ingestedAtMs);
    let bytes = 0;
    let firstMs = Number.POSITIVE_INFINITY;
    let lastMs = Number.NEGATIVE_INFINITY;
    for (const { timestampMs, message } of events) {
      this.#insertEvent.run(group, stream, timestampMs, ingestedAtMs, message);
      bytes += Buffer.byteLength(message) + LOGS_LIMITS.eventOverheadBytes;
      firstMs = Math.min(firstMs, timestampMs);
      lastMs = Math.max(lastMs, timestampMs);
    }
    this.#touchStream.run(firstMs, lastMs, ingestedAtMs, stream);
    this.#addBytes.run(bytes, group);
  }

  #idsOf(ref: LogStreamRef, nowMs: number): { group: number; stream: number } {
    const key = JSON.stringify([ref.accountId, ref.region, ref.group, ref.stream]);
    const known = this.#streamIds.get(key);
    if (known !== undefined) return known;
    let group = this.#groupId(ref, ref.group);
    if (group === undefined) {
      this.#insertGroup(ref, newGroup(ref.group, nowMs));
      group = this.#groupId(ref, ref.group) ?? 0;
    }
    this.#insertStream(group, ref.stream, nowMs);
    const ids = { group, stream: Number(this.#streamRow(group, ref.stream)?.["id"]) };
    if (this.#streamIds.size >= LOGS_LIMITS.cachedStreamsMax) this.#streamIds.clear();
    this.#streamIds.set(key, ids);
    return ids;
  }

  #groupId(scope: Scope, name: string): number | undefined {
    const row = this.#db
      .prepare("SELECT id FROM groups WHERE account = ? AND region = ? AND name = ?")
      .get(scope.accountId, scope.region, name);
    return row === undefined ? undefined : Number(row["id"]);
  }

  #streamRow(group: number, name: string): Row | undefined {
    return this.#db.prepare("SELECT * FROM streams WHERE group_id = ? AND name = ?").get(group, name);
  }

  #insertGroup(scope: Scope, group: LogGroupRecord): boolean {
    const { changes } = this.#db
      .prepare(
        `INSERT OR IGNORE INTO groups (account, region, name, created_ms, retention_days, kms_key_id, class, tags)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        scope.accountId,
        scope.region,
        group.name,
        group.createdAtMs,
        group.retentionDays ?? null,
        group.kmsKeyId ?? null,
        group.logGroupClass,
        JSON.stringify(group.tags),
      );
    return changes === 1;
  }

  #insertStream(group: number, name: string, createdAtMs: number): boolean {
    const { changes } = this.#db
      .prepare("INSERT OR IGNORE INTO streams (group_id, name, created_ms) VALUES (?, ?, ?)")
      .run(group, name, createdAtMs);
    return changes === 1;
  }

  async #deleteEvents(condition: string, values: readonly SQLInputValue[]): Promise<number> {
    let total = 0;
    for (;;) {
      const removed = this.#deletePiece(condition, values);
      total += removed;
      if (removed < DELETE_ROWS) return total;
      await yieldToEventLoop();
    }
  }

  /** The oldest arrivals that meet the condition; keeps the groups' byte counts right. */
  #deletePiece(condition: string, values: readonly SQLInputValue[]): number {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const rows = this.#db
        .prepare(
          `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE ${condition} ORDER BY id LIMIT ${DELETE_ROWS})
           RETURNING group_id, octet_length(message) AS bytes`,
        )
        .all(...values);
      const byGroup = new Map<number, number>();
      for (const row of rows) {
        const group = Number(row["group_id"]);
        const bytes = Number(row["bytes"]) + LOGS_LIMITS.eventOverheadBytes;
        byGroup.set(group, (byGroup.get(group) ?? 0) + bytes);
      }
      for (const [group, bytes] of byGroup) this.#addBytes.run(-bytes, group);
      this.#db.exec("COMMIT");
      return rows.length;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #storedBytes(): number {
    return Number(
      this.#db.prepare("SELECT COALESCE(SUM(stored_bytes), 0) AS bytes FROM groups").get()?.["bytes"],
    );
  }
}

/** A group as it comes to be by itself when a function writes its first line. */
export function newGroup(name: string, createdAtMs: number): LogGroupRecord {
  return {
    name,
    createdAtMs,
    retentionDays: undefined,
    storedBytes: 0,
    kmsKeyId: undefined,
    logGroupClass: "STANDARD",
    tags: {},
  };
}

function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function optionalNumber(value: unknown): number | undefined {
  return value === null ? undefined : Number(value);
}

function groupRecord(row: Row): LogGroupRecord {
  return {
    name: String(row["name"]),
    createdAtMs: Number(row["created_ms"]),
    retentionDays: optionalNumber(row["retention_days"]),
    storedBytes: Number(row["stored_bytes"]),
    kmsKeyId: row["kms_key_id"] === null ? undefined : String(row["kms_key_id"]),
    logGroupClass: String(row["class"]),
    tags: JSON.parse(String(row["tags"])) as Record<string, string>,
  };
}

function streamRecord(row: Row): LogStreamRecord {
  return {
    name: String(row["name"]),
    createdAtMs: Number(row["created_ms"]),
    firstEventMs: optionalNumber(row["first_ms"]),
    lastEventMs: optionalNumber(row["last_ms"]),
    lastIngestionMs: optionalNumber(row["last_ingestion_ms"]),
  };
}

function storedEvent(row: Row): StoredLogEvent {
  return {
    sequence: Number(row["id"]),
    timestampMs: Number(row["time_ms"]),
    ingestedAtMs: Number(row["ingested_ms"]),
    message: String(row["message"]),
    stream: String(row["stream"]),
  };
}
