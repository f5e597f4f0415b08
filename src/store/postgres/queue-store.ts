/** QueueStore on PostgreSQL; several servers may use one database. Decision 14 says how they keep out of each other's way. */
import { POSTGRES_LIMITS, SQS_LIMITS } from "../../config/mod.ts";
import { KeyedMutex } from "../../kit/mod.ts";
import type { Scope } from "../../model/mod.ts";
import { prefixRange } from "../prefix-range.ts";
import { deadLetterArn, moveTaskRecord, queueRecord, storedMessage } from "../queue-rows.ts";
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
import { BoxRemover } from "./box-remover.ts";
import { type PostgresDatabase, RollBack, type Row, type Transaction } from "./database.ts";
import { commitWrites } from "./queue-message-writer.ts";

const QUEUE = "id, box, account, region, name, created_ms, modified_ms, attributes, tags";
const MOVE_TASK = "id, queue, started_ms, is_running, document";

export class PostgresQueueStore implements QueueStore {
  readonly #database: PostgresDatabase;
  readonly #remover: BoxRemover;
  /** Commits of one server take effect in the order in which they were asked for. */
  readonly #commits = new KeyedMutex();

  /** The database is closed by whoever opened it, after this store. */
  constructor(database: PostgresDatabase) {
    this.#database = database;
    this.#remover = new BoxRemover(database);
    this.#remover.wake();
  }

  async createQueue(queue: NewQueue, notDeletedSinceMs: number): Promise<QueueRecord | "exists" | "deleted"> {
    const { accountId, region, name } = queue;
    return this.#database.transaction<QueueRecord | "exists" | "deleted">(async ({ rows }) => {
      const [row] = await rows(
        `WITH box AS (INSERT INTO lambkin.boxes DEFAULT VALUES RETURNING id)
         INSERT INTO lambkin.queues
           (box, account, region, name, created_ms, modified_ms, attributes, tags, dead_letter_arn)
         SELECT id, $1, $2, $3, $4, $5, $6, $7, $8 FROM box
         ON CONFLICT (account, region, name) DO NOTHING RETURNING ${QUEUE}`,
        [accountId, region, name, queue.createdAtMs, queue.modifiedAtMs, ...written(queue)],
      );
      if (row === undefined) return new RollBack("exists");
      // Looked up after the row is there: a deletion by another server is over by now, or comes later.
      const [deleted] = await rows(
        "SELECT deleted_ms FROM lambkin.deleted_queues WHERE account = $1 AND region = $2 AND name = $3",
        [accountId, region, name],
      );
      if (deleted !== undefined && Number(deleted["deleted_ms"]) > notDeletedSinceMs) {
        return new RollBack("deleted");
      }
      return queueRecord(row);
    });
  }

  async findQueue(scope: Scope, name: string): Promise<QueueRecord | undefined> {
    if (holdsNul(scope.accountId, scope.region, name)) return undefined;
    const [row] = await this.#database.rows(
      `SELECT ${QUEUE} FROM lambkin.queues WHERE account = $1 AND region = $2 AND name = $3`,
      [scope.accountId, scope.region, name],
    );
    return row && queueRecord(row);
  }

  async listQueues(scope: Scope, page: QueuePage): Promise<QueueRecord[]> {
    if (holdsNul(scope.accountId, page.prefix, page.deadLetterArn)) return [];
    // No name has a NUL: what is after "a\0" is what is after "a".
    const [afterName = ""] = (page.afterName ?? "").split("\0");
    const values: unknown[] = [scope.accountId, scope.region, afterName];
    values.push(...prefixRange(page.prefix ?? ""), page.limit);
    const filter = page.deadLetterArn === undefined ? "" : "AND dead_letter_arn = $7";
    if (page.deadLetterArn !== undefined) values.push(page.deadLetterArn);
    const rows = await this.#database.rows(
      `SELECT ${QUEUE} FROM lambkin.queues
       WHERE account = $1 AND region = $2 AND name > $3 AND name >= $4 AND name < $5 ${filter}
       ORDER BY name LIMIT $6`,
      values,
    );
    return rows.map(queueRecord);
  }

  async updateQueue(
    queueId: number,
    change: (queue: QueueRecord) => QueueChange,
  ): Promise<QueueRecord | undefined> {
    return this.#database.transaction(async (transaction) => {
      const before = await holdQueue(transaction, queueId);
      if (before === undefined) return undefined;
      const after = { ...before, ...change(before) };
      await transaction.rows(
        `UPDATE lambkin.queues
         SET modified_ms = $2, attributes = $3, tags = $4, dead_letter_arn = $5 WHERE id = $1`,
        [queueId, after.modifiedAtMs, ...written(after)],
      );
      return after;
    });
  }

  async deleteQueue(queueId: number, nowMs: number): Promise<boolean> {
    const isGone = await this.#database.transaction(async (transaction) => {
      const { rows } = transaction;
      const queue = await holdQueue(transaction, queueId);
      if (queue === undefined) return false;
      await forgetBox(transaction, queue.boxId);
      await rows("DELETE FROM lambkin.queues WHERE id = $1", [queueId]);
      await rows("DELETE FROM lambkin.move_tasks WHERE queue = $1", [queueId]);
      // Old entries say nothing any more; this keeps the table as short as the last minutes.
      await rows("DELETE FROM lambkin.deleted_queues WHERE deleted_ms < $1", [
        nowMs - SQS_LIMITS.nameReuseMs,
      ]);
      await rows(
        `INSERT INTO lambkin.deleted_queues (account, region, name, deleted_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account, region, name) DO UPDATE SET deleted_ms = excluded.deleted_ms`,
        [queue.accountId, queue.region, queue.name, nowMs],
      );
      return true;
    });
    this.#remover.wake();
    return isGone;
  }

  async replaceBox(queueId: number): Promise<QueueRecord | undefined> {
    const replaced = await this.#database.transaction(async (transaction) => {
      const queue = await holdQueue(transaction, queueId);
      if (queue === undefined) return undefined;
      await forgetBox(transaction, queue.boxId);
      const [row] = await transaction.rows(
        `WITH new AS (INSERT INTO lambkin.boxes DEFAULT VALUES RETURNING id)
         UPDATE lambkin.queues SET box = new.id FROM new WHERE queues.id = $1 RETURNING box`,
        [queueId],
      );
      return { ...queue, boxId: Number(row?.["box"]) };
    });
    this.#remover.wake();
    return replaced;
  }

  async commit(writes: readonly QueueWrite[]): Promise<(WriteResult | undefined)[]> {
    if (writes.length === 0) return [];
    return this.#commits.run("commit", () =>
      this.#database.transaction((transaction) => commitWrites(transaction, writes)),
    );
  }

  async readMessages(boxId: number, sequences: readonly number[]): Promise<StoredMessage[]> {
    const rows = await this.#database.rows(
      `SELECT seq, sent_ms, due_ms, receives, first_received_ms, head, body FROM lambkin.messages
       WHERE seq = ANY ($1::bigint[]) AND box = $2`,
      [[...sequences], boxId],
    );
    return rows.map(storedMessage);
  }

  async placesAfter(boxId: number, sequence: number, limit: number): Promise<MessagePlace[]> {
    const rows = await this.#database.rows(
      `SELECT seq, sent_ms, group_id FROM lambkin.messages
       WHERE box = $1 AND due_ms IS NULL AND seq > $2 ORDER BY seq LIMIT $3`,
      [boxId, sequence, limit],
    );
    return rows.map((row) => ({
      sequence: Number(row["seq"]),
      sentAtMs: Number(row["sent_ms"]),
      groupId: row["group_id"] === null ? undefined : String(row["group_id"]),
    }));
  }

  async duePlaces(boxId: number, after: DuePlace, untilMs: number, limit: number): Promise<DuePlace[]> {
    const rows = await this.#database.rows(
      `SELECT seq, due_ms FROM lambkin.messages
       WHERE box = $1 AND due_ms IS NOT NULL AND (due_ms, seq) > ($2::bigint, $3::bigint) AND due_ms <= $4
       ORDER BY due_ms, seq LIMIT $5`,
      [boxId, after.dueAtMs, after.sequence, Math.min(untilMs, Number.MAX_SAFE_INTEGER), limit],
    );
    return rows.map((row) => ({ sequence: Number(row["seq"]), dueAtMs: Number(row["due_ms"]) }));
  }

  async countMessages(boxId: number): Promise<{ undelayed: number; delayed: number }> {
    const [row] = await this.#database.rows(
      `SELECT (SELECT count(*) FROM lambkin.messages WHERE box = $1 AND due_ms IS NULL) AS undelayed,
         (SELECT count(*) FROM lambkin.messages WHERE box = $1 AND due_ms IS NOT NULL) AS delayed`,
      [boxId],
    );
    return { undelayed: Number(row?.["undelayed"]), delayed: Number(row?.["delayed"]) };
  }

  /** The oldest come first by sequence, but for those that were moved or delayed: they have an index of their own. */
  async removeSentBefore(boxId: number, sentBeforeMs: number, limit: number): Promise<number[]> {
    const isOld = (place: MessagePlace): boolean => place.sentAtMs < sentBeforeMs;
    // Most of the time nothing is old enough, and one row tells.
    const [first] = await this.placesAfter(boxId, 0, 1);
    const page = first !== undefined && isOld(first) ? await this.placesAfter(boxId, 0, limit) : [];
    const newer = page.findIndex((place) => !isOld(place));
    const old = newer < 0 ? page : page.slice(0, newer);
    const aside = await this.#database.rows(
      `SELECT seq FROM lambkin.messages WHERE box = $1 AND is_aside AND sent_ms < $2 ORDER BY sent_ms LIMIT $3`,
      [boxId, sentBeforeMs, limit],
    );
    const sequences = [...old.map(({ sequence }) => sequence), ...aside.map((row) => Number(row["seq"]))];
    const chosen = [...new Set(sequences)].slice(0, limit);
    if (chosen.length === 0) return [];
    const removed = await this.#database.rows(
      "DELETE FROM lambkin.messages WHERE seq = ANY ($1::bigint[]) AND box = $2 RETURNING seq",
      [chosen, boxId],
    );
    return removed.map((row) => Number(row["seq"]));
  }

  async removeDeduplications(beforeMs: number): Promise<boolean> {
    // A key that a commit is renewing is not old any more.
    const removed = await this.#database.rows(
      `DELETE FROM lambkin.deduplications WHERE (queue, key) IN (
         SELECT queue, key FROM lambkin.deduplications WHERE sent_ms < $1
         ORDER BY sent_ms LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1`,
      [beforeMs, POSTGRES_LIMITS.removalRows],
    );
    return removed.length === POSTGRES_LIMITS.removalRows;
  }

  async sendTimesSince(boxId: number, sinceMs: number): Promise<number[]> {
    const newestFirst: number[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const page = await this.#database.rows(
        `SELECT seq, sent_ms FROM lambkin.messages
         WHERE box = $1 AND due_ms IS NULL AND seq < $2 ORDER BY seq DESC LIMIT $3`,
        [boxId, before, POSTGRES_LIMITS.pageRows],
      );
      for (const row of page) {
        if (Number(row["sent_ms"]) <= sinceMs) return newestFirst.reverse();
        newestFirst.push(Number(row["sent_ms"]));
      }
      if (page.length < POSTGRES_LIMITS.pageRows) return newestFirst.reverse();
      before = Number(page.at(-1)?.["seq"]);
    }
  }

  async writeMoveTask({ id, queueId, startedAtMs, isRunning, document }: MoveTaskRecord): Promise<void> {
    await this.#database.rows(
      `INSERT INTO lambkin.move_tasks (${MOVE_TASK}) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO UPDATE SET queue = excluded.queue, started_ms = excluded.started_ms,
         is_running = excluded.is_running, document = excluded.document`,
      [id, queueId, startedAtMs, isRunning ? 1 : 0, JSON.stringify(document)],
    );
  }

  async listMoveTasks(queueId: number, limit: number): Promise<MoveTaskRecord[]> {
    const rows = await this.#database.rows(
      `SELECT ${MOVE_TASK} FROM lambkin.move_tasks WHERE queue = $1 ORDER BY started_ms DESC, id LIMIT $2`,
      [queueId, limit],
    );
    return rows.map(moveTaskRecord);
  }

  async runningMoveTasks(): Promise<{ queue: QueueRecord; task: MoveTaskRecord }[]> {
    const tasks = await this.#database.rows(
      `SELECT ${MOVE_TASK} FROM lambkin.move_tasks WHERE is_running = 1`,
    );
    const queues = await this.#database.rows(
      `SELECT ${QUEUE} FROM lambkin.queues WHERE id = ANY ($1::bigint[])`,
      [tasks.map((row) => row["queue"])],
    );
    const queueOf = new Map(queues.map(queueRecord).map((queue) => [queue.id, queue]));
    return tasks.map(moveTaskRecord).flatMap((task) => {
      const queue = queueOf.get(task.queueId);
      return queue === undefined ? [] : [{ queue, task }];
    });
  }

  /** What was added and is not committed yet is waited for. */
  async close(): Promise<void> {
    await this.#commits.run("commit", async () => {});
    await this.#remover.close();
  }
}

/** Locks the queue; whoever locks a box as well does so after it. */
async function holdQueue({ rows }: Transaction, queueId: number): Promise<QueueRecord | undefined> {
  const [row] = await rows(`SELECT ${QUEUE} FROM lambkin.queues WHERE id = $1 FOR UPDATE`, [queueId]);
  return row && queueRecord(row);
}

/** Waits for the commits that are adding to it; those that come later find it gone. */
async function forgetBox({ rows }: Transaction, boxId: number): Promise<Row[]> {
  return rows("UPDATE lambkin.boxes SET is_deleted = true WHERE id = $1", [boxId]);
}

function written({ attributes, tags }: Pick<QueueRecord, "attributes" | "tags">): (string | null)[] {
  return [JSON.stringify(attributes), JSON.stringify(tags), deadLetterArn(attributes)];
}

/** PostgreSQL refuses texts with a NUL, even to look for them: there can be none. */
function holdsNul(...texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text?.includes("\0") === true);
}
