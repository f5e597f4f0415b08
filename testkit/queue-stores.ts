/** Empty queue stores for tests of what is built on them: on SQLite, or with LAMBKIN_TEST_STORE=postgres on PostgreSQL. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import type { Opened } from "../src/store/contract/opened.ts";
import { type QueueStore, SqliteQueueStore } from "../src/store/mod.ts";
import { PostgresDatabase, PostgresQueueStore } from "../src/store/postgres/mod.ts";
import { PostgresCluster } from "./postgres.ts";

const isOnPostgres = process.env["LAMBKIN_TEST_STORE"] === "postgres";

/** One for a test file: started by the first test that asks, stopped after the last. */
let cluster: Promise<PostgresCluster> | undefined;
/** Empty again after a test: that is quicker than a new one. */
const free: PostgresDatabase[] = [];
if (isOnPostgres) {
  after(async () => {
    await Promise.all(free.map((database) => database.close()));
    await (await cluster)?.stop();
  });
}

export function openQueueStore(): Promise<Opened<QueueStore>> {
  return isOnPostgres ? openPostgres() : openSqlite();
}

async function openSqlite(): Promise<Opened<QueueStore>> {
  const folder = await mkdtemp(path.join(tmpdir(), "lambkin-queues-"));
  const open = () => new SqliteQueueStore(path.join(folder, "queues.db"));
  const end = () => rm(folder, { recursive: true });
  return reopenable(open, end);
}

async function openPostgres(): Promise<Opened<QueueStore>> {
  cluster ??= PostgresCluster.start();
  const database = free.pop() ?? (await PostgresDatabase.open(await (await cluster).createDatabase()));
  const end = async (): Promise<void> => {
    const tables = ["boxes", "queues", "deleted_queues", "messages", "deduplications", "move_tasks"];
    await database.rows(tables.map((table) => `DELETE FROM lambkin.${table}`).join(";"));
    free.push(database);
  };
  return reopenable(() => new PostgresQueueStore(database), end);
}

function reopenable(open: () => QueueStore, end: () => Promise<void>): Opened<QueueStore> {
  let store = open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = open();
      return store;
    },
    close: async () => {
      await store.close();
      await end();
    },
  };
}
