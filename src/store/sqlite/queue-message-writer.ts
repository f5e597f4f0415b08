/** The statements that change messages; one transaction for all writes of a commit. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { storedMessage } from "../queue-rows.ts";
import type { AddMessage, MessageHead, MoveMessage, QueueWrite, WriteResult } from "../queue-store.ts";
import { transaction } from "./transaction.ts";

interface NewRow {
  readonly boxId: number;
  readonly sentAtMs: number;
  readonly dueAtMs: number | undefined;
  readonly isAside: boolean;
  readonly head: MessageHead;
  readonly body: string;
}

export class QueueMessageWriter {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #find: StatementSync;
  readonly #count: StatementSync;
  readonly #findKey: StatementSync;
  readonly #removeKey: StatementSync;
  readonly #insertKey: StatementSync;
  readonly #box: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare(
      `INSERT INTO messages (box, sent_ms, due_ms, receives, first_received_ms, is_aside, group_id, head, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#remove = db.prepare("DELETE FROM messages WHERE seq = ? AND box = ?");
    this.#find = db.prepare("SELECT * FROM messages WHERE seq = ? AND box = ?");
    this.#count = db.prepare("UPDATE messages SET receives = ?, first_received_ms = ? WHERE seq = ?");
    this.#findKey = db.prepare("SELECT * FROM deduplications WHERE queue = ? AND key = ?");
    this.#removeKey = db.prepare("DELETE FROM deduplications WHERE seq = ?");
    this.#insertKey = db.prepare(
      "INSERT INTO deduplications (seq, queue, key, sent_ms, message_id) VALUES (?, ?, ?, ?, ?)",
    );
    this.#box = db.prepare("SELECT 1 FROM boxes WHERE id = ? AND is_deleted = 0");
  }

  commit(writes: readonly QueueWrite[]): (WriteResult | undefined)[] {
    return transaction(this.#db, () => writes.map((write) => this.#write(write)));
  }

  #write(write: QueueWrite): WriteResult | undefined {
    switch (write.kind) {
      case "add":
        return this.#add(write);
      case "remove": {
        const { changes } = this.#remove.run(write.sequence, write.boxId);
        return changes === 1 ? { sequence: write.sequence, sentAtMs: 0 } : undefined;
      }
      case "move":
        return this.#move(write);
      case "count":
        this.#count.run(write.receiveCount, write.firstReceivedAtMs, write.sequence);
        return undefined;
    }
  }

  #add({ boxId, message, deduplication }: AddMessage): WriteResult {
    const { head, body, sentAtMs, dueAtMs } = message;
    if (deduplication !== undefined) {
      const earlier = this.#findKey.get(deduplication.queueId, deduplication.key);
      if (earlier !== undefined) {
        const earlierMs = Number(earlier["sent_ms"]);
        const sequence = Number(earlier["seq"]);
        if (earlierMs > deduplication.sinceMs) {
          return { sequence, sentAtMs: earlierMs, duplicateOf: String(earlier["message_id"]) };
        }
        this.#removeKey.run(sequence);
      }
    }
    const sequence = this.#put({ boxId, sentAtMs, dueAtMs, isAside: dueAtMs !== undefined, head, body });
    if (deduplication !== undefined) {
      this.#insertKey.run(sequence, deduplication.queueId, deduplication.key, sentAtMs, head.id);
    }
    return { sequence, sentAtMs };
  }

  #move({
    boxId,
    sequence,
    toBoxId,
    head: change,
    sentAtMs: newSentAtMs,
  }: MoveMessage): WriteResult | undefined {
    const row = this.#find.get(sequence, boxId);
    if (row === undefined) return undefined;
    const { head: before, body, sentAtMs: oldSentAtMs } = storedMessage(row);
    const head: MessageHead = { ...before, ...change };
    const sentAtMs = newSentAtMs ?? oldSentAtMs;
    this.#remove.run(sequence, boxId);
    const to = { boxId: toBoxId, sentAtMs, dueAtMs: undefined, isAside: true, head, body };
    return { sequence: this.#put(to), sentAtMs };
  }

  /** Returns the number of the new row. */
  #put({ boxId, sentAtMs, dueAtMs, isAside, head, body }: NewRow): number {
    const { lastInsertRowid } = this.#insert.run(
      ...[boxId, sentAtMs, dueAtMs ?? null, 0, null, isAside ? 1 : 0, head.groupId ?? null],
      ...[JSON.stringify(head), body],
    );
    const sequence = Number(lastInsertRowid);
    // A box that was replaced may have been emptied already: nobody would come for this message any more.
    if (this.#box.get(boxId) === undefined) this.#remove.run(sequence, boxId);
    return sequence;
  }
}
