/** StreamCheckpointStore on PostgreSQL. */
import { KeyedMutex } from "../../kit/mod.ts";
import type {
  CheckpointWrite,
  StoredCheckpoint,
  StreamCheckpoint,
  StreamCheckpointStore,
} from "../stream-checkpoint-store.ts";
import type { PostgresDatabase, Transaction } from "./database.ts";

export class PostgresStreamCheckpointStore implements StreamCheckpointStore {
  readonly #database: PostgresDatabase;
  /** Commits of one server take effect in the order in which they were asked for. */
  readonly #commits = new KeyedMutex();

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async commit(writes: readonly CheckpointWrite[]): Promise<void> {
    if (writes.length === 0) return;
    await this.#commits.run("commit", () =>
      this.#database.transaction(async (transaction) => {
        for (const group of groups(writes)) await apply(transaction, group);
      }),
    );
  }

  async list(mappingId: string): Promise<StoredCheckpoint[]> {
    const rows = await this.#database.rows(
      "SELECT shard, document FROM lambkin.stream_checkpoints WHERE mapping = $1",
      [mappingId],
    );
    return rows.map((row) => ({
      shardId: String(row["shard"]),
      checkpoint: JSON.parse(String(row["document"])) as StreamCheckpoint,
    }));
  }
}

type Write = Extract<CheckpointWrite, { kind: "write" }>;

/** Writes that follow each other are one statement: the last of each shard is what remains of them. */
function groups(writes: readonly CheckpointWrite[]): (Write[] | Exclude<CheckpointWrite, Write>)[] {
  const found: (Write[] | Exclude<CheckpointWrite, Write>)[] = [];
  for (const write of writes) {
    const last = found.at(-1);
    if (write.kind !== "write") found.push(write);
    else if (Array.isArray(last)) last.push(write);
    else found.push([write]);
  }
  return found;
}

async function apply(
  { rows }: Transaction,
  group: readonly Write[] | Exclude<CheckpointWrite, Write>,
): Promise<void> {
  if ("kind" in group) {
    const { mappingId } = group;
    if (group.kind === "removeAll") {
      await rows("DELETE FROM lambkin.stream_checkpoints WHERE mapping = $1", [mappingId]);
    } else {
      await rows("DELETE FROM lambkin.stream_checkpoints WHERE mapping = $1 AND shard = $2", [
        mappingId,
        group.shardId,
      ]);
    }
    return;
  }
  const latest = [
    ...new Map(group.map((write) => [JSON.stringify([write.mappingId, write.shardId]), write])).values(),
  ];
  await rows(
    `INSERT INTO lambkin.stream_checkpoints (mapping, shard, document)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT (mapping, shard) DO UPDATE SET document = excluded.document`,
    [
      latest.map(({ mappingId }) => mappingId),
      latest.map(({ shardId }) => shardId),
      latest.map(({ checkpoint }) => JSON.stringify(checkpoint)),
    ],
  );
}
