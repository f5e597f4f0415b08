/** EventStore on the embedded SQLite. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EventHead, EventStore, EventWrite } from "../event-store.ts";
import { transaction, yieldToEventLoop } from "./transaction.ts";

/** Read at once when all are listed. */
const PAGE_ROWS = 1000;

export class SqliteEventStore implements EventStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #remove: StatementSync;
  readonly #payload: StatementSync;
  readonly #page: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare("INSERT INTO accepted_events (id, head, payload) VALUES (?, ?, ?)");
    this.#update = db.prepare("UPDATE accepted_events SET head = ? WHERE id = ?");
    this.#remove = db.prepare("DELETE FROM accepted_events WHERE id = ?");
    this.#payload = db.prepare("SELECT payload FROM accepted_events WHERE id = ?");
    this.#page = db.prepare(
      `SELECT seq, head, length(payload) AS bytes FROM accepted_events WHERE seq > ? ORDER BY seq LIMIT ${PAGE_ROWS}`,
    );
  }

  async commit(writes: readonly EventWrite[]): Promise<void> {
    transaction(this.#db, () => {
      for (const write of writes) this.#write(write);
    });
  }

  async readPayload(id: string): Promise<Buffer | undefined> {
    const row = this.#payload.get(id);
    return row === undefined ? undefined : Buffer.from(row["payload"] as Uint8Array);
  }

  async *listHeads(): AsyncIterable<EventHead> {
    let after = 0;
    for (let isLast = false; !isLast; ) {
      const rows = this.#page.all(after);
      for (const row of rows) {
        after = Number(row["seq"]);
        const head = JSON.parse(String(row["head"])) as EventHead;
        yield { ...head, payloadBytes: Number(row["bytes"]) };
      }
      isLast = rows.length < PAGE_ROWS;
      await yieldToEventLoop();
    }
  }

  #write(write: EventWrite): void {
    switch (write.kind) {
      case "accept":
        this.#insert.run(write.head.id, JSON.stringify(write.head), write.payload);
        break;
      case "update":
        this.#update.run(JSON.stringify(write.head), write.head.id);
        break;
      case "remove":
        this.#remove.run(write.id);
        break;
      default:
        write satisfies never;
    }
  }
}
