/** StreamCheckpointStore on the embedded SQLite. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type {
  CheckpointWrite,
  StoredCheckpoint,
  StreamCheckpoint,
  StreamCheckpointStore,
} from "../stream-checkpoint-store.ts";
import { transaction } from "./transaction.ts";

export class SqliteStreamCheckpointStore implements StreamCheckpointStore {
  readonly #db: DatabaseSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeAll: StatementSync;
  readonly #list: StatementSync;

  /** `db` comes from `openMainDatabase`. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#write = db.prepare(
      "INSERT OR REPLACE INTO stream_checkpoints (mapping, shard, document) VALUES (?, ?, ?)",
    );
    this.#remove = db.prepare("DELETE FROM stream_checkpoints WHERE mapping = ? AND shard = ?");
    this.#removeAll = db.prepare("DELETE FROM stream_checkpoints WHERE mapping = ?");
    this.#list = db.prepare("SELECT shard, document FROM stream_checkpoints WHERE mapping = ?");
  }

  async commit(writes: readonly CheckpointWrite[]): Promise<void> {
    if (writes.length === 0) return;
    transaction(this.#db, () => {
      for (const write of writes) this.#apply(write);
    });
  }

  async list(mappingId: string): Promise<StoredCheckpoint[]> {
    return this.#list.all(mappingId).map((row) => ({
      shardId: String(row["shard"]),
      checkpoint: JSON.parse(String(row["document"])) as StreamCheckpoint,
    }));
  }

  #apply(write: CheckpointWrite): void {
    switch (write.kind) {
      case "write":
        this.#write.run(write.mappingId, write.shardId, JSON.stringify(write.checkpoint));
        break;
      case "remove":
        this.#remove.run(write.mappingId, write.shardId);
        break;
      case "removeAll":
        this.#removeAll.run(write.mappingId);
        break;
      default:
        write satisfies never;
    }
  }
}
