/** EventStore on PostgreSQL. */
import { POSTGRES_LIMITS } from "../../config/mod.ts";
import { KeyedMutex } from "../../kit/mod.ts";
import type { EventHead, EventStore, EventWrite } from "../event-store.ts";
import type { PostgresDatabase, Transaction } from "./database.ts";

export class PostgresEventStore implements EventStore {
  readonly #database: PostgresDatabase;
  /** Commits of one server take effect in the order in which they were asked for. */
  readonly #commits = new KeyedMutex();

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async commit(writes: readonly EventWrite[]): Promise<void> {
    if (writes.length === 0) return;
    await this.#commits.run("commit", () =>
      this.#database.transaction(async (transaction) => {
        for (const group of groupsOfDistinctIds(writes)) await writeGroup(transaction, group);
      }),
    );
  }

  async readPayload(id: string): Promise<Buffer | undefined> {
    const [row] = await this.#database.rows("SELECT payload FROM lambkin.accepted_events WHERE id = $1", [
      id,
    ]);
    return row?.["payload"] as Buffer | undefined;
  }

  /** Events of several servers that were accepted at the same moment come in any order. */
  async *listHeads(): AsyncIterable<EventHead> {
    let after = 0;
    for (let isLast = false; !isLast; ) {
      const rows = await this.#database.rows(
        `SELECT seq, head, octet_length(payload) AS bytes FROM lambkin.accepted_events
         WHERE seq > $1 ORDER BY seq LIMIT $2`,
        [after, POSTGRES_LIMITS.pageRows],
      );
      for (const row of rows) {
        after = Number(row["seq"]);
        yield { ...(JSON.parse(String(row["head"])) as EventHead), payloadBytes: Number(row["bytes"]) };
      }
      isLast = rows.length < POSTGRES_LIMITS.pageRows;
    }
  }
}

/** Within a group the order of different kinds does not matter, so each kind is one statement. */
function groupsOfDistinctIds(writes: readonly EventWrite[]): EventWrite[][] {
  const groups: EventWrite[][] = [];
  let group: EventWrite[] = [];
  let ids = new Set<string>();
  for (const write of writes) {
    const id = idOf(write);
    if (ids.has(id) || group.length === 0) {
      group = [];
      ids = new Set();
      groups.push(group);
    }
    ids.add(id);
    group.push(write);
  }
  return groups;
}

function idOf(write: EventWrite): string {
  return write.kind === "remove" ? write.id : write.head.id;
}

async function writeGroup({ rows }: Transaction, group: readonly EventWrite[]): Promise<void> {
  const accepted = group.filter((write) => write.kind === "accept");
  const updated = group.filter((write) => write.kind === "update");
  const removed = group.filter((write) => write.kind === "remove");
  if (accepted.length > 0) {
    await rows(
      `INSERT INTO lambkin.accepted_events (id, head, payload)
       SELECT id, head, payload FROM unnest($1::text[], $2::text[], $3::bytea[])
         WITH ORDINALITY AS new (id, head, payload, place) ORDER BY place`,
      [
        accepted.map(({ head }) => head.id),
        accepted.map(({ head }) => JSON.stringify(head)),
        accepted.map(({ payload }) => payload),
      ],
    );
  }
  if (updated.length > 0) {
    await rows(
      `UPDATE lambkin.accepted_events AS event SET head = new.head
       FROM unnest($1::text[], $2::text[]) AS new (id, head) WHERE event.id = new.id`,
      [updated.map(({ head }) => head.id), updated.map(({ head }) => JSON.stringify(head))],
    );
  }
  if (removed.length > 0) {
    await rows("DELETE FROM lambkin.accepted_events WHERE id = ANY ($1)", [removed.map(({ id }) => id)]);
  }
}
