/** The stores on PostgreSQL do what every store must do: the same tests as on SQLite, on a cluster of this file's own. */
import { after, before, describe } from "node:test";
import { PostgresCluster, whyNoPostgres } from "../../../testkit/postgres.ts";
import { eventSourceMappingStoreContract } from "../contract/event-source-mapping-store.ts";
import { eventStoreContract } from "../contract/event-store.ts";
import type { Opened } from "../contract/opened.ts";
import { PostgresDatabase } from "./database.ts";
import { PostgresEventSourceMappingStore } from "./event-source-mapping-store.ts";
import { PostgresEventStore } from "./event-store.ts";

describe("PostgreSQL", { skip: whyNoPostgres() ?? false }, () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await PostgresCluster.start();
  });
  after(() => cluster.stop());

  /** A database of its own for each test; opened again over new connections, as by another server. */
  async function openDatabase<Store>(
    makeStore: (database: PostgresDatabase) => Store,
  ): Promise<Opened<Store>> {
    const url = await cluster.createDatabase();
    const databases = [await PostgresDatabase.open(url)];
    return {
      store: makeStore(databases[0] as PostgresDatabase),
      reopen: async () => {
        const database = await PostgresDatabase.open(url);
        databases.push(database);
        return makeStore(database);
      },
      close: async () => {
        await Promise.all(databases.map((database) => database.close()));
      },
    };
  }

  eventStoreContract("PostgreSQL", () => openDatabase((database) => new PostgresEventStore(database)));
  eventSourceMappingStoreContract("PostgreSQL", () =>
    openDatabase((database) => new PostgresEventSourceMappingStore(database)),
  );
});
