/** What the queue stores take, fsync on: PostgreSQL's through a socket on this machine, SQLite's in this process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type QueueStore, SqliteQueueStore } from "../src/store/mod.ts";
import { PostgresDatabase, PostgresQueueStore } from "../src/store/postgres/mod.ts";
import { PostgresCluster, whyNoPostgres } from "../testkit/postgres.ts";
import { type Row, row } from "./rows.ts";

const RUNS = 5;
const COMMITS = 200;
/** Messages of a commit: one request alone, a batch, and what sixteen clients' batches make together. */
const SIZES = [1, 10, 160];
const BODY = "x".repeat(200);

interface Opened {
  readonly store: QueueStore;
  close(): Promise<void>;
}

export async function storeRows(progress: (what: string) => void): Promise<Row[]> {
  const sqlite = await openSqlite();
  const why = whyNoPostgres();
  if (why !== undefined) progress(`stores: without PostgreSQL: ${why}`);
  const postgres = why === undefined ? await openPostgres() : undefined;
  const rows: Row[] = [];
  try {
    for (const size of SIZES) {
      const of = (what: string) => `${what}, ${size} a commit`;
      progress(`stores: ${size} messages a commit`);
      const floor = await rates(sqlite.store, size);
      rows.push(row(of("SQLite: messages added"), "messages/s", floor.added));
      rows.push(row(of("SQLite: messages read and removed"), "messages/s", floor.removed));
      if (postgres === undefined) continue;
      const { added, removed } = await rates(postgres.store, size);
      const beside = (runs: readonly number[]) => ({ of: "SQLite", runs });
      rows.push(row(of("PostgreSQL: messages added"), "messages/s", added, beside(floor.added)));
      rows.push(
        row(of("PostgreSQL: messages read and removed"), "messages/s", removed, beside(floor.removed)),
      );
    }
  } finally {
    await sqlite.close();
    await postgres?.close();
  }
  return rows;
}

/** One commit after the other, as a server has them. */
async function rates(store: QueueStore, size: number): Promise<{ added: number[]; removed: number[] }> {
  const found: { added: number[]; removed: number[] } = { added: [], removed: [] };
  for (let run = 0; run < RUNS; run++) {
    const nowMs = Date.now();
    const queue = await store.createQueue(
      {
        ...{ accountId: "000000000000", region: "us-east-1", name: `bench-${size}-${run}` },
        ...{ createdAtMs: nowMs, modifiedAtMs: nowMs, attributes: {}, tags: {} },
      },
      0,
    );
    if (typeof queue === "string") throw new Error(`the queue ${queue}`);
    const { boxId } = queue;
    const head = { id: "00000000-0000-0000-0000-000000000000", senderId: "000000000000" };
    const add = { kind: "add" as const, boxId, message: { head, body: BODY, sentAtMs: nowMs } };
    const writes = Array.from({ length: size }, () => add);
    found.added.push(await rate(size, async () => void (await store.commit(writes))));
    let cursor = 0;
    const readAndRemove = async (): Promise<void> => {
      const places = await store.placesAfter(boxId, cursor, size);
      const sequences = places.map(({ sequence }) => sequence);
      const messages = await store.readMessages(boxId, sequences);
      if (messages.length !== size) throw new Error(`${messages.length} messages instead of ${size}`);
      await store.commit(sequences.map((sequence) => ({ kind: "remove", boxId, sequence })));
      cursor = sequences.at(-1) ?? cursor;
    };
    found.removed.push(await rate(size, readAndRemove));
  }
  return found;
}

async function rate(size: number, commit: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  for (let done = 0; done < COMMITS; done++) await commit();
  return (COMMITS * size) / ((performance.now() - startedMs) / 1000);
}

async function openSqlite(): Promise<Opened> {
  const folder = await mkdtemp(path.join(tmpdir(), "lambkin-bench-"));
  const store = new SqliteQueueStore(path.join(folder, "queues.db"));
  const close = async (): Promise<void> => {
    await store.close();
    await rm(folder, { recursive: true });
  };
  return { store, close };
}

async function openPostgres(): Promise<Opened> {
  const cluster = await PostgresCluster.start({ isDurable: true });
  const database = await PostgresDatabase.open(await cluster.createDatabase());
  const store = new PostgresQueueStore(database);
  const close = async (): Promise<void> => {
    await store.close();
    await database.close();
    await cluster.stop();
  };
  return { store, close };
}
