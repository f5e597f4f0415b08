/**
 * QueueStore on a SQLite file of its own. Messages are rows in the order they came; two small indexes lead to those of
 * one box, so no step reads more than it gives out, however long a queue is. Decision 12 says why.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { SQS_LIMITS } from "../../config/mod.ts";
import type { Scope } from "../../model/mod.ts";
import { prefixRange } from "../prefix-range.ts";
import { deadLetterArn, moveTaskRecord, queueRecord, type Row, storedMessage } from "../queue-rows.ts";
import type {
  DuePlace,
  MessagePlace,
  MoveTaskRecord,
  NewQueue,
  QueueChange,
  QueuePage,
  QueueRecord,
  QueueStore,
  QueueWrite,
  StoredMessage,
  WriteResult,
} from "../queue-store.ts";
import { migrate } from "./migrate.ts";
import { QueueMessageWriter } from "./queue-message-writer.ts";
import { QUEUE_MIGRATIONS } from "./queue-schema.ts";
import { transaction, yieldToEventLoop } from "./transaction.ts";

/** Database pages kept in memory. */
const CACHE_KIB = 16 * 1024;
/** The write-ahead file is cut back to this after a burst. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;
/** Rows removed in one transaction, so that a long removal holds nobody up. */
const REMOVAL_ROWS = 1000;

export class SqliteQueueStore implements QueueStore {
  readonly #db: DatabaseSync;
  readonly #writer: QueueMessageWriter;
  readonly #find: StatementSync;
  readonly #read: StatementSync;
  readonly #places: StatementSync;
  readonly #due: StatementSync;
  #emptying: Promise<void> | undefined;
  #isClosed = false;

  constructor(file: string) {
    const db = new DatabaseSync(file);
    this.#db = db;
    // FULL: a commit is on disk before it is acknowledged, also through a power cut.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;");
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA journal_size_limit = ${WAL_BYTES_MAX};`);
    migrate(db, QUEUE_MIGRATIONS);
    this.#writer = new QueueMessageWriter(db);
    this.#find = db.prepare("SELECT * FROM queues WHERE account = ? AND region = ? AND name = ?");
    this.#read = db.prepare("SELECT * FROM messages WHERE seq = ? AND box = ?");
    this.#places = db.prepare(
      `SELECT seq, sent_ms, group_id FROM messages
       WHERE box = ? AND due_ms IS NULL AND seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#due = db.prepare(
      `SELECT seq, due_ms FROM messages
       WHERE box = ? AND due_ms IS NOT NULL AND (due_ms, seq) > (?, ?) AND due_ms <= ?
       ORDER BY due_ms, seq LIMIT ?`,
    );
    this.#emptyBehind();
  }

  async createQueue(queue: NewQueue, notDeletedSinceMs: number): Promise<QueueRecord | "exists" | "deleted"> {
    const { accountId, region, name } = queue;
    return transaction(this.#db, () => {
      if (this.#find.get(accountId, region, name) !== undefined) return "exists";
      const deleted = this.#db
        .prepare("SELECT deleted_ms FROM deleted_queues WHERE account = ? AND region = ? AND name = ?")
        .get(accountId, region, name);
      if (deleted !== undefined && Number(deleted["deleted_ms"]) > notDeletedSinceMs) return "deleted";
      this.#db
        .prepare(
          `INSERT INTO queues (box, account, region, name, created_ms, modified_ms, attributes, tags, dead_letter_arn)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          this.#newBox(),
          accountId,
          region,
          name,
          queue.createdAtMs,
          queue.modifiedAtMs,
          JSON.stringify(queue.attributes),
          JSON.stringify(queue.tags),
          deadLetterArn(queue.attributes),
        );
      return queueRecord(this.#find.get(accountId, region, name) as Row);
    });
  }

  async findQueue(scope: Scope, name: string): Promise<QueueRecord | undefined> {
    const row = this.#find.get(scope.accountId, scope.region, name);
    return row && queueRecord(row);
  }

  async listQueues(scope: Scope, page: QueuePage): Promise<QueueRecord[]> {
    const isFiltered = page.deadLetterArn !== undefined;
    return this.#db
      .prepare(
        `SELECT * FROM queues WHERE account = ? AND region = ? AND name > ? AND name >= ? AND name < ?
         ${isFiltered ? "AND dead_letter_arn = ?" : ""} ORDER BY name LIMIT ?`,
      )
      .all(
        scope.accountId,
        scope.region,
        page.afterName ?? "",
        ...prefixRange(page.prefix ?? ""),
        ...(page.deadLetterArn === undefined ? [] : [page.deadLetterArn]),
        page.limit,
      )
      .map(queueRecord);
  }

  async updateQueue(
    queueId: number,
    change: (queue: QueueRecord) => QueueChange,
  ): Promise<QueueRecord | undefined> {
    return transaction(this.#db, () => {
      const before = this.#byId(queueId);
      if (before === undefined) return undefined;
      const after = { ...before, ...change(before) };
      this.#db
        .prepare(
          "UPDATE queues SET attributes = ?, tags = ?, modified_ms = ?, dead_letter_arn = ? WHERE id = ?",
        )
        .run(
          JSON.stringify(after.attributes),
          JSON.stringify(after.tags),
          after.modifiedAtMs,
          deadLetterArn(after.attributes),
          queueId,
        );
      return after;
    });
  }

  async deleteQueue(queueId: number, nowMs: number): Promise<boolean> {
    const isGone = transaction(this.#db, () => {
      const queue = this.#byId(queueId);
      if (queue === undefined) return false;
      this.#forgetBox(queue.boxId);
      this.#db.prepare("DELETE FROM queues WHERE id = ?").run(queueId);
      this.#db.prepare("DELETE FROM move_tasks WHERE queue = ?").run(queueId);
      // Old entries say nothing any more; this keeps the table as short as the last minutes.
      const oldMs = nowMs - SQS_LIMITS.nameReuseMs;
      this.#db.prepare("DELETE FROM deleted_queues WHERE deleted_ms < ?").run(oldMs);
      this.#db
        .prepare(
          "INSERT OR REPLACE INTO deleted_queues (account, region, name, deleted_ms) VALUES (?, ?, ?, ?)",
        )
        .run(queue.accountId, queue.region, queue.name, nowMs);
      return true;
    });
    this.#emptyBehind();
    return isGone;
  }

  async replaceBox(queueId: number): Promise<QueueRecord | undefined> {
    const replaced = transaction(this.#db, () => {
      const queue = this.#byId(queueId);
      if (queue === undefined) return undefined;
      this.#forgetBox(queue.boxId);
      const boxId = this.#newBox();
      this.#db.prepare("UPDATE queues SET box = ? WHERE id = ?").run(boxId, queueId);
      return { ...queue, boxId };
    });
    this.#emptyBehind();
    return replaced;
  }

  async commit(writes: readonly QueueWrite[]): Promise<(WriteResult | undefined)[]> {
    return this.#writer.commit(writes);
  }

  async readMessages(boxId: number, sequences: readonly number[]): Promise<StoredMessage[]> {
    const found = sequences.map((sequence) => this.#read.get(sequence, boxId));
    return found.filter((row) => row !== undefined).map(storedMessage);
  }

  async placesAfter(boxId: number, sequence: number, limit: number): Promise<MessagePlace[]> {
    return this.#places.all(boxId, sequence, limit).map((row) => ({
      sequence: Number(row["seq"]),
      sentAtMs: Number(row["sent_ms"]),
      groupId: row["group_id"] === null ? undefined : String(row["group_id"]),
    }));
  }

  async duePlaces(boxId: number, after: DuePlace, untilMs: number, limit: number): Promise<DuePlace[]> {
    const until = Math.min(untilMs, Number.MAX_SAFE_INTEGER);
    return this.#due
      .all(boxId, after.dueAtMs, after.sequence, until, limit)
      .map((row) => ({ sequence: Number(row["seq"]), dueAtMs: Number(row["due_ms"]) }));
  }

  async countMessages(boxId: number): Promise<{ undelayed: number; delayed: number }> {
    const count = (condition: string): number =>
      Number(
        this.#db
          .prepare(`SELECT COUNT(*) AS n FROM messages WHERE box = ? AND due_ms ${condition}`)
          .get(boxId)?.["n"],
      );
    return { undelayed: count("IS NULL"), delayed: count("IS NOT NULL") };
  }

  /** The oldest come first by sequence, but for those that were moved or delayed: they have an index of their own. */
  async removeSentBefore(boxId: number, sentBeforeMs: number, limit: number): Promise<number[]> {
    const isOld = (row: Row): boolean => Number(row["sent_ms"]) < sentBeforeMs;
    // Most of the time nothing is old enough, and one row tells.
    const first = this.#places.get(boxId, 0, 1);
    const page = first !== undefined && isOld(first) ? this.#places.all(boxId, 0, limit) : [];
    const newer = page.findIndex((row) => !isOld(row));
    const old = newer < 0 ? page : page.slice(0, newer);
    const aside = this.#db
      .prepare("SELECT seq FROM messages WHERE box = ? AND is_aside = 1 AND sent_ms < ? LIMIT ?")
      .all(boxId, sentBeforeMs, limit);
    const sequences = new Set([...old, ...aside].map((row) => Number(row["seq"])));
    const chosen = [...sequences].slice(0, limit);
    if (chosen.length === 0) return chosen;
    return transaction(this.#db, () => {
      const remove = this.#db.prepare("DELETE FROM messages WHERE seq = ?");
      for (const sequence of chosen) remove.run(sequence);
      return chosen;
    });
  }

  /** Keys have the numbers of their messages, so the oldest come first. */
  async removeDeduplications(beforeMs: number): Promise<boolean> {
    const { changes } = this.#db
      .prepare(
        `DELETE FROM deduplications WHERE seq IN (
           SELECT seq FROM (SELECT seq, sent_ms FROM deduplications ORDER BY seq LIMIT ?) WHERE sent_ms < ?)`,
      )
      .run(REMOVAL_ROWS, beforeMs);
    return changes === REMOVAL_ROWS;
  }

  async sendTimesSince(boxId: number, sinceMs: number): Promise<number[]> {
    const times: number[] = [];
    const newestFirst = this.#db
      .prepare("SELECT sent_ms FROM messages WHERE box = ? AND due_ms IS NULL ORDER BY seq DESC")
      .iterate(boxId);
    for (const row of newestFirst) {
      if (Number(row["sent_ms"]) <= sinceMs) break;
      times.push(Number(row["sent_ms"]));
    }
    return times.reverse();
  }

  async writeMoveTask({ id, queueId, startedAtMs, isRunning, document }: MoveTaskRecord): Promise<void> {
    this.#db
      .prepare(
        "INSERT OR REPLACE INTO move_tasks (id, queue, started_ms, is_running, document) VALUES (?, ?, ?, ?, ?)",
      )
      .run(id, queueId, startedAtMs, isRunning ? 1 : 0, JSON.stringify(document));
  }

  async listMoveTasks(queueId: number, limit: number): Promise<MoveTaskRecord[]> {
    return this.#db
      .prepare("SELECT * FROM move_tasks WHERE queue = ? ORDER BY started_ms DESC, id LIMIT ?")
      .all(queueId, limit)
      .map(moveTaskRecord);
  }

  async runningMoveTasks(): Promise<{ queue: QueueRecord; task: MoveTaskRecord }[]> {
    const tasks = this.#db.prepare("SELECT * FROM move_tasks WHERE is_running = 1").all().map(moveTaskRecord);
    return tasks.flatMap((task) => {
      const queue = this.#byId(task.queueId);
      return queue === undefined ? [] : [{ queue, task }];
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#emptying;
    this.#db.close();
  }

  #byId(queueId: number): QueueRecord | undefined {
    const row = this.#db.prepare("SELECT * FROM queues WHERE id = ?").get(queueId);
    return row && queueRecord(row);
  }

  #newBox(): number {
    return Number(this.#db.prepare("INSERT INTO boxes DEFAULT VALUES").run().lastInsertRowid);
  }

  #forgetBox(boxId: number): void {
    this.#db.prepare("UPDATE boxes SET is_deleted = 1 WHERE id = ?").run(boxId);
  }

  #emptyBehind(): void {
    this.#emptying ??= this.#emptyBoxes()
      .catch(() => {
        // They stay marked; the next removal or start tries again.
      })
      .finally(() => {
        this.#emptying = undefined;
      });
  }

  async #emptyBoxes(): Promise<void> {
    const remove = this.#db.prepare("DELETE FROM messages WHERE seq = ?");
    const rest = this.#db.prepare("SELECT seq FROM messages WHERE box = ? AND due_ms IS NOT NULL LIMIT ?");
    for (;;) {
      await yieldToEventLoop();
      if (this.#isClosed) return;
      const box = this.#db.prepare("SELECT id FROM boxes WHERE is_deleted = 1 ORDER BY id LIMIT 1").get();
      if (box === undefined) return;
      const id = Number(box["id"]);
      transaction(this.#db, () => {
        const undelayed = this.#places.all(id, 0, REMOVAL_ROWS);
        const rows = undelayed.length > 0 ? undelayed : rest.all(id, REMOVAL_ROWS);
        for (const row of rows) remove.run(Number(row["seq"]));
        if (rows.length === 0) this.#db.prepare("DELETE FROM boxes WHERE id = ?").run(id);
      });
    }
  }
}
