/** Removes log events in short pieces, with the event loop in between, and keeps the groups' byte counts right. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { LOGS_LIMITS } from "../../config/mod.ts";
import { transaction, yieldToEventLoop } from "./transaction.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Rows of one piece: about ten milliseconds of work. */
const PIECE_ROWS = 2000;

/** Each reads along an index, so that a piece costs the same however much there is. */
const OLDEST_ARRIVALS = "SELECT id FROM events ORDER BY id";
const OF_GROUP = "SELECT id FROM events WHERE group_id = ? ORDER BY time_ms";
const OF_GROUP_BEFORE = "SELECT id FROM events WHERE group_id = ? AND time_ms < ? ORDER BY time_ms";
const OF_STREAM = "SELECT id FROM events WHERE stream_id = ? ORDER BY time_ms";

export class LogEventRemover {
  readonly #db: DatabaseSync;
  readonly #addBytes: StatementSync;
  /** Message bytes and overhead of all living groups; kept here because every append asks. */
  #storedBytes: number;
  #purging: Promise<void> | undefined;
  #isClosed = false;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#addBytes = db.prepare("UPDATE groups SET stored_bytes = stored_bytes + ? WHERE id = ?");
    const total = db.prepare("SELECT COALESCE(SUM(stored_bytes), 0) AS bytes FROM groups").get();
    this.#storedBytes = Number(total?.["bytes"]);
  }

  /** Tells of committed events (or, below zero, of a group that went as a whole). */
  count(bytes: number): void {
    this.#storedBytes += bytes;
  }

  /** Removes what deleted groups and streams have left, also of an earlier run. One at a time. */
  purge(): Promise<void> {
    this.#purging ??= this.#purge().finally(() => {
      this.#purging = undefined;
    });
    return this.#purging;
  }

  /** Returns how many events went. */
  async removeExpired(nowMs: number): Promise<number> {
    let removed = 0;
    const limited = this.#db.prepare(
      "SELECT id, retention_days FROM groups WHERE retention_days IS NOT NULL",
    );
    for (const row of limited.all()) {
      const oldestMs = nowMs - Number(row["retention_days"]) * DAY_MS;
      removed += await this.#removeAll(OF_GROUP_BEFORE, [Number(row["id"]), oldestMs]);
    }
    return removed;
  }

  /** Those that came first go first. Returns how many events went. */
  async removeBeyond(bytesMax: number): Promise<number> {
    let removed = 0;
    while (!this.#isClosed && this.#storedBytes > bytesMax) {
      const piece = this.#removePiece(OLDEST_ARRIVALS, []);
      if (piece === 0) break;
      removed += piece;
      await yieldToEventLoop();
    }
    return removed;
  }

  /** The jobs under way end after their present piece; what they leave is done by the next run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#purging;
  }

  async #purge(): Promise<void> {
    const next = this.#db.prepare("SELECT kind, id FROM deleted LIMIT 1");
    while (!this.#isClosed) {
      const row = next.get();
      if (row === undefined) return;
      const id = Number(row["id"]);
      const ofGroup = row["kind"] === "group";
      await this.#removeAll(ofGroup ? OF_GROUP : OF_STREAM, [id]);
      if (ofGroup) await this.#removeStreams(id);
      if (this.#isClosed) return;
      this.#db.prepare("DELETE FROM deleted WHERE kind = ? AND id = ?").run(String(row["kind"]), id);
    }
  }

  async #removeStreams(groupId: number): Promise<void> {
    const piece = this.#db.prepare(
      `DELETE FROM streams WHERE id IN (SELECT id FROM streams WHERE group_id = ? LIMIT ${PIECE_ROWS})`,
    );
    while (!this.#isClosed && piece.run(groupId).changes === PIECE_ROWS) await yieldToEventLoop();
  }

  async #removeAll(selection: string, values: readonly SQLInputValue[]): Promise<number> {
    let total = 0;
    while (!this.#isClosed) {
      const removed = this.#removePiece(selection, values);
      total += removed;
      if (removed < PIECE_ROWS) break;
      await yieldToEventLoop();
    }
    return total;
  }

  #removePiece(selection: string, values: readonly SQLInputValue[]): number {
    let freedBytes = 0;
    const removed = transaction(this.#db, () => {
      const removal = this.#db.prepare(
        `DELETE FROM events WHERE id IN (${selection} LIMIT ${PIECE_ROWS})
         RETURNING group_id, octet_length(message)`,
      );
      removal.setReturnArrays(true);
      const rows = removal.all(...values) as unknown as [groupId: number, messageBytes: number][];
      const bytesByGroup = new Map<number, number>();
      for (const [groupId, messageBytes] of rows) {
        const bytes = (bytesByGroup.get(groupId) ?? 0) + messageBytes + LOGS_LIMITS.eventOverheadBytes;
        bytesByGroup.set(groupId, bytes);
      }
      for (const [groupId, bytes] of bytesByGroup) {
        // A deleted group was taken off the count when it went.
        if (this.#addBytes.run(-bytes, groupId).changes === 1) freedBytes += bytes;
      }
      return rows.length;
    });
    this.count(-freedBytes);
    return removed;
  }
}
