/** LogStore on a SQLite file of its own: small rows, integer keys, two indexes in time order; oldest events go first. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { LOGS_LIMITS } from "../../config/mod.ts";
import type { LogEvent, LogStreamRef, Scope } from "../../model/mod.ts";
import type { LogFilterKind, LogFilterQuery, LogFilterRecord, LogFilterStore } from "../log-filter-store.ts";
import type {
  LogAppend,
  LogEventPage,
  LogEventQuery,
  LogGroupQuery,
  LogGroupRecord,
  LogGroupSettings,
  LogStore,
  LogStreamQuery,
  LogStreamRecord,
} from "../log-store.ts";
import { prefixRange } from "../prefix-range.ts";
import { LogEventReader } from "./log-event-reader.ts";
import { LogEventRemover } from "./log-event-remover.ts";
import { LogFilterTable } from "./log-filter-table.ts";
import { groupRecord, LOG_MIGRATIONS, type Row, streamRecord } from "./log-schema.ts";
import { migrate } from "./migrate.ts";
import { transaction } from "./transaction.ts";

/** Database pages kept in memory. */
const CACHE_KIB = 8 * 1024;
/** The write-ahead file is cut back to this after a burst. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;

const BUSY_MS_MAX = 5000;

interface StreamIds {
  readonly group: number;
  readonly stream: number;
}

interface NewRow extends StreamIds {
  readonly event: LogEvent;
}

export interface SqliteLogStoreOptions {
  /** Bytes of messages and overhead kept in all. */
  readonly storedBytesMax?: number;
  /** Another instance, on another thread, does all the writing. */
  readonly readsOnly?: boolean;
}

export class SqliteLogStore implements LogStore, LogFilterStore {
  readonly #db: DatabaseSync;
  readonly #reader: LogEventReader;
  readonly #remover: LogEventRemover;
  readonly #filters: LogFilterTable;
  readonly #storedBytesMax: number;
  readonly #findGroup: StatementSync;
  readonly #findStream: StatementSync;
  readonly #insertGroup: StatementSync;
  readonly #insertStream: StatementSync;
  readonly #insertEvent: StatementSync;
  readonly #touchStream: StatementSync;
  readonly #addBytes: StatementSync;
  /** Ids of streams by their full name, so that a batch does not look them up every time. */
  readonly #streamIds = new Map<string, StreamIds>();

  constructor(
    file: string,
    { storedBytesMax = LOGS_LIMITS.storedBytesMax, readsOnly = false }: SqliteLogStoreOptions = {},
  ) {
    const db = new DatabaseSync(file);
    this.#db = db;
    this.#storedBytesMax = storedBytesMax;
    // NORMAL: a crash of the server loses nothing that was committed; a power cut may lose the last moments.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;");
    // Migrations of one thread may have to wait for those of another.
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS_MAX};`);
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA journal_size_limit = ${WAL_BYTES_MAX};`);
    migrate(db, LOG_MIGRATIONS);
    this.#reader = new LogEventReader(db);
    this.#remover = new LogEventRemover(db);
    this.#filters = new LogFilterTable(db);
    this.#findGroup = db.prepare("SELECT * FROM groups WHERE account = ? AND region = ? AND name = ?");
    this.#findStream = db.prepare("SELECT * FROM streams WHERE group_id = ? AND name = ?");
    this.#insertGroup = db.prepare(
      `INSERT OR IGNORE INTO groups
         (account, region, name, created_ms, retention_days, kms_key_id, class, tags, protected)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertStream = db.prepare(
      "INSERT OR IGNORE INTO streams (group_id, name, created_ms) VALUES (?, ?, ?)",
    );
    this.#insertEvent = db.prepare(
      "INSERT INTO events (group_id, stream_id, time_ms, ingested_ms, message) VALUES (?, ?, ?, ?, ?)",
    );
    this.#touchStream = db.prepare(
      `UPDATE streams SET first_ms = CASE WHEN last_ingestion_ms IS NULL THEN ?1 ELSE MIN(first_ms, ?1) END,
         last_ms = MAX(last_ms, ?2), last_ingestion_ms = ?3 WHERE id = ?4`,
    );
    this.#addBytes = db.prepare("UPDATE groups SET stored_bytes = stored_bytes + ? WHERE id = ?");
    if (!readsOnly) this.#purgeBehind();
  }

  async createGroup(scope: Scope, group: LogGroupRecord): Promise<boolean> {
    return this.#addGroup(scope, group);
  }

  async deleteGroup(scope: Scope, name: string): Promise<boolean> {
    const row = this.#groupRow(scope, name);
    if (row === undefined) return false;
    this.#forget("group", "groups", Number(row["id"]));
    this.#remover.count(-Number(row["stored_bytes"]));
    return true;
  }

  async findGroup(scope: Scope, name: string): Promise<LogGroupRecord | undefined> {
    const row = this.#groupRow(scope, name);
    return row && groupRecord(row);
  }

  async listGroups(scope: Scope, query: LogGroupQuery): Promise<LogGroupRecord[]> {
    const rows = this.#db
      .prepare(
        `SELECT * FROM groups WHERE account = ? AND region = ? AND name > ? AND name >= ? AND name < ?
           AND instr(name, ?) > 0 AND class = COALESCE(?, class) ORDER BY name LIMIT ?`,
      )
      .all(
        scope.accountId,
        scope.region,
        query.afterName ?? "",
        ...prefixRange(query.prefix ?? ""),
        query.contains ?? "",
        query.logGroupClass ?? null,
        query.limit,
      );
    return rows.map(groupRecord);
  }

  async updateGroup(
    scope: Scope,
    name: string,
    change: (group: LogGroupRecord) => Partial<LogGroupSettings>,
  ): Promise<boolean> {
    return transaction(this.#db, () => {
      const row = this.#groupRow(scope, name);
      if (row === undefined) return false;
      const group = groupRecord(row);
      const { retentionDays, tags, isDeletionProtected } = { ...group, ...change(group) };
      this.#db
        .prepare("UPDATE groups SET retention_days = ?, tags = ?, protected = ? WHERE id = ?")
        .run(retentionDays ?? null, JSON.stringify(tags), isDeletionProtected ? 1 : 0, Number(row["id"]));
      return true;
    });
  }

  async createStream(ref: LogStreamRef, createdAtMs: number): Promise<boolean> {
    const group = this.#groupId(ref, ref.group);
    return group !== undefined && this.#insertStream.run(group, ref.stream, createdAtMs).changes === 1;
  }

  async deleteStream(ref: LogStreamRef): Promise<boolean> {
    const row = this.#streamRow(ref);
    if (row === undefined) return false;
    this.#forget("stream", "streams", Number(row["id"]));
    return true;
  }

  async findStream(ref: LogStreamRef): Promise<LogStreamRecord | undefined> {
    const row = this.#streamRow(ref);
    return row && streamRecord(row);
  }

  async listStreams(scope: Scope, group: string, query: LogStreamQuery): Promise<LogStreamRecord[]> {
    const id = this.#groupId(scope, group);
    if (id === undefined) return [];
    const { prefix, orderBy, descending, after, limit } = query;
    const conditions = ["group_id = ?"];
    const values: SQLInputValue[] = [id];
    if (prefix !== undefined) {
      conditions.push("name >= ? AND name < ?");
      values.push(...prefixRange(prefix));
    }
    const beyond = descending ? "<" : ">";
    if (after !== undefined && orderBy === "name") {
      conditions.push(`name ${beyond} ?`);
      values.push(after.name);
    } else if (after !== undefined) {
      conditions.push(`(last_ms, name) ${beyond} (?, ?)`);
      values.push(after.lastEventMs, after.name);
    }
    const direction = descending ? "DESC" : "ASC";
    const order = orderBy === "name" ? `name ${direction}` : `last_ms ${direction}, name ${direction}`;
    return this.#db
      .prepare(`SELECT * FROM streams WHERE ${conditions.join(" AND ")} ORDER BY ${order} LIMIT ?`)
      .all(...values, limit)
      .map(streamRecord);
  }

  async append(batch: readonly LogAppend[], ingestedAtMs: number): Promise<void> {
    let bytes = 0;
    try {
      transaction(this.#db, () => {
        const rows: NewRow[] = [];
        for (const { stream: ref, events } of batch) bytes += this.#appendTo(ref, events, ingestedAtMs, rows);
        // Rows that follow one another in time lie side by side, whatever their streams: searches read them in that order.
        rows.sort((a, b) => a.event.timestampMs - b.event.timestampMs);
        for (const { group, stream, event } of rows) {
          this.#insertEvent.run(group, stream, event.timestampMs, ingestedAtMs, event.message);
        }
      });
    } catch (error) {
      // Ids of streams that were made in the batch went with it.
      this.#streamIds.clear();
      throw error;
    }
    this.#remover.count(bytes);
    // Whoever writes waits for the room to be made, so that no flood outruns the bound.
    await this.#remover.removeBeyond(this.#storedBytesMax);
  }

  async queryEvents(scope: Scope, group: string, query: LogEventQuery): Promise<LogEventPage> {
    const id = this.#groupId(scope, group);
    return id === undefined ? { events: [], next: undefined } : this.#reader.read(id, query);
  }

  async putFilter(filter: LogFilterRecord): Promise<boolean> {
    const group = this.#groupId(filter.scope, filter.group);
    if (group === undefined) return false;
    this.#filters.put(group, filter);
    return true;
  }

  async deleteFilter(scope: Scope, group: string, kind: LogFilterKind, name: string): Promise<boolean> {
    const id = this.#groupId(scope, group);
    return id !== undefined && this.#filters.delete(id, kind, name);
  }

  async listFilters(scope: Scope | undefined, query: LogFilterQuery): Promise<LogFilterRecord[]> {
    return this.#filters.list(scope, query);
  }

  async enforceBounds(nowMs: number, bytesMax: number): Promise<number> {
    await this.#remover.purge();
    const expired = await this.#remover.removeExpired(nowMs);
    return expired + (await this.#remover.removeBeyond(bytesMax));
  }

  async close(): Promise<void> {
    await this.#remover.close().catch(() => {
      // What a failed purge left is still on its list, for the next run.
    });
    this.#db.close();
  }

  /** Adds to the rows to be inserted. Returns the bytes that come to be stored. */
  #appendTo(ref: LogStreamRef, events: LogAppend["events"], ingestedAtMs: number, rows: NewRow[]): number {
    if (events.length === 0) return 0;
    const { group, stream } = this.#idsOf(ref, ingestedAtMs);
    let bytes = 0;
    let firstMs = Number.POSITIVE_INFINITY;
    let lastMs = 0;
    for (const event of events) {
      const { timestampMs, message } = event;
      rows.push({ group, stream, event });
      bytes += Buffer.byteLength(message) + LOGS_LIMITS.eventOverheadBytes;
      if (timestampMs < firstMs) firstMs = timestampMs;
      if (timestampMs > lastMs) lastMs = timestampMs;
    }
    this.#touchStream.run(firstMs, lastMs, ingestedAtMs, stream);
    this.#addBytes.run(bytes, group);
    return bytes;
  }

  /** Inside a transaction. Makes what is missing. */
  #idsOf(ref: LogStreamRef, nowMs: number): StreamIds {
    const key = JSON.stringify([ref.accountId, ref.region, ref.group, ref.stream]);
    const known = this.#streamIds.get(key);
    if (known !== undefined) return known;
    this.#addGroup(ref, newGroup(ref.group, nowMs));
    const group = Number(this.#groupId(ref, ref.group));
    this.#insertStream.run(group, ref.stream, nowMs);
    const ids = { group, stream: Number(this.#findStream.get(group, ref.stream)?.["id"]) };
    if (this.#streamIds.size >= LOGS_LIMITS.cachedStreamsMax) this.#streamIds.clear();
    this.#streamIds.set(key, ids);
    return ids;
  }

  #groupRow(scope: Scope, name: string): Row | undefined {
    return this.#findGroup.get(scope.accountId, scope.region, name);
  }

  #groupId(scope: Scope, name: string): number | undefined {
    const id = this.#groupRow(scope, name)?.["id"];
    return id === undefined ? undefined : Number(id);
  }

  #streamRow(ref: LogStreamRef): Row | undefined {
    const group = this.#groupId(ref, ref.group);
    return group === undefined ? undefined : this.#findStream.get(group, ref.stream);
  }

  #addGroup(scope: Scope, group: LogGroupRecord): boolean {
    const { changes } = this.#insertGroup.run(
      scope.accountId,
      scope.region,
      group.name,
      group.createdAtMs,
      group.retentionDays ?? null,
      group.kmsKeyId ?? null,
      group.logGroupClass,
      JSON.stringify(group.tags),
      group.isDeletionProtected ? 1 : 0,
    );
    return changes === 1;
  }

  /** The row goes now, what hangs on it is noted and goes piece by piece. */
  #forget(kind: "group" | "stream", table: "groups" | "streams", id: number): void {
    transaction(this.#db, () => {
      this.#db.prepare("INSERT INTO deleted (kind, id) VALUES (?, ?)").run(kind, id);
      this.#db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id);
      if (kind === "group") this.#filters.deleteOfGroup(id);
    });
    this.#streamIds.clear();
    this.#purgeBehind();
  }

  #purgeBehind(): void {
    this.#remover.purge().catch(() => {
      // It stays on the list; the next sweep tries again and reports.
    });
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
    isDeletionProtected: false,
  };
}
