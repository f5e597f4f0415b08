/** The stores on SQLite do what every store must do. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eventSourceMappingStoreContract } from "../contract/event-source-mapping-store.ts";
import { eventStoreContract } from "../contract/event-store.ts";
import type { Opened } from "../contract/opened.ts";
import { queueStoreContract } from "../contract/queue-store.ts";
import { streamCheckpointStoreContract } from "../contract/stream-checkpoint-store.ts";
import { usageStoreContract } from "../contract/usage-store.ts";
import { SqliteEventSourceMappingStore } from "./event-source-mapping-store.ts";
import { SqliteEventStore } from "./event-store.ts";
import { openMainDatabase } from "./main-database.ts";
import { SqliteQueueStore } from "./queue-store.ts";
import { SqliteStreamCheckpointStore } from "./stream-checkpoint-store.ts";
import { SqliteUsageStore } from "./usage-store.ts";

interface File<Store> {
  readonly store: Store;
  close(): Promise<void> | void;
}

/** Opened again after it was closed, as after a stop and a start. */
async function openFile<Store>(openStore: (file: string) => File<Store>): Promise<Opened<Store>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lambkin-contract-"));
  const file = path.join(folder, "store.db");
  let opened = openStore(file);
  return {
    store: opened.store,
    reopen: async () => {
      await opened.close();
      opened = openStore(file);
      return opened.store;
    },
    close: async () => {
      await opened.close();
      await rm(folder, { recursive: true });
    },
  };
}

eventStoreContract("SQLite", () =>
  openFile((file) => {
    const db = openMainDatabase(file);
    return { store: new SqliteEventStore(db), close: () => db.close() };
  }),
);

eventSourceMappingStoreContract("SQLite", () =>
  openFile((file) => {
    const db = openMainDatabase(file);
    return { store: new SqliteEventSourceMappingStore(db), close: () => db.close() };
  }),
);

streamCheckpointStoreContract("SQLite", () =>
  openFile((file) => {
    const db = openMainDatabase(file);
    return { store: new SqliteStreamCheckpointStore(db), close: () => db.close() };
  }),
);

queueStoreContract("SQLite", () =>
  openFile((file) => {
    const store = new SqliteQueueStore(file);
    return { store, close: () => store.close() };
  }),
);

usageStoreContract("SQLite", () =>
  openFile((file) => {
    const store = new SqliteUsageStore(file);
    return { store, close: () => store.close() };
  }),
);
