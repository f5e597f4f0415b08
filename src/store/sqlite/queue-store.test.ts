/** The contract of QueueStore on SQLite. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { queueStoreContract, type StoreUnderTest } from "../../../testkit/queue-store-contract.ts";
import { SqliteQueueStore } from "./queue-store.ts";

function open(folder: string): StoreUnderTest {
  const store = new SqliteQueueStore(path.join(folder, "queues.db"));
  return {
    store,
    async reopen() {
      await store.close();
      return open(folder);
    },
    async dispose() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

queueStoreContract("SQLite", async () => open(mkdtempSync(path.join(tmpdir(), "lambkin-queues-"))));
