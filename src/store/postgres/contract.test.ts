/** The stores on PostgreSQL do what every store must do: the same tests as on SQLite, on a cluster of this file's own. */
import { after, before, describe } from "node:test";
import { PostgresCluster, whyNoPostgres } from "../../../testkit/postgres.ts";
import { eventSourceMappingStoreContract } from "../contract/event-source-mapping-store.ts";
import { eventStoreContract } from "../contract/event-store.ts";
import type { Opened } from "../contract/opened.ts";
import { queueStoreContract } from "../contract/queue-store.ts";
import { streamCheckpointStoreContract } from "../contract/stream-checkpoint-store.ts";
import { PostgresDatabase } from "./database.ts";
import { PostgresEventSourceMappingStore } from "./event-source-mapping-store.ts";
import { PostgresEventStore } from "./event-store.ts";
import { PostgresQueueStore } from "./queue-store.ts";
import { PostgresStreamCheckpointStore } from "./stream-checkpoint-store.ts";

describe("PostgreSQL", { skip: whyNoPostgres() ?? false }, () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await PostgresCluster.start();
  });
  after(() => cluster.stop());

  /** A database of its own for each test; opened again over new connections, as after a stop and a start. */
  async function openDatabase<Store>(
    makeStore: (database: PostgresDatabase) => Store,
    closeStore: (store: Store) => Promise<void> = async () => {},
  ): Promise<Opened<Store>> {
    const url = await cluster.createDatabase();
    let database = await PostgresDatabase.open(url);
    let store = makeStore(database);
    const close = async (): Promise<void> => {
      await closeStore(store);
      await database.close();
    };
    return {
      store,
      reopen: async () => {
        await close();
        database = await PostgresDatabase.open(url);
        store = makeStore(database);
        return store;
      },
      close,
    };
  }

  eventStoreContract("PostgreSQL", () => openDatabase((database) => new PostgresEventStore(database)));
  eventSourceMappingStoreContract("PostgreSQL", () =>
    openDatabase((database) => new PostgresEventSourceMappingStore(database)),
  );
  streamCheckpointStoreContract("PostgreSQL", () =>
    openDatabase((database) => new PostgresStreamCheckpointStore(database)),
  );
  queueStoreContract("PostgreSQL", () =>
    openDatabase(
      (database) => new PostgresQueueStore(database),
      (store) => store.close(),
    ),
  );
});
