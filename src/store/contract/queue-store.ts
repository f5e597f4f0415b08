/** What every QueueStore must do: all its suites. */
import type { QueueStore } from "../queue-store.ts";
import { deduplicationContract } from "./deduplication.ts";
import { messagesContract } from "./messages.ts";
import { messagesModelContract } from "./messages-model.ts";
import type { Open } from "./opened.ts";
import { queuesContract } from "./queues.ts";

export function queueStoreContract(name: string, open: Open<QueueStore>): void {
  queuesContract(name, open);
  messagesContract(name, open);
  deduplicationContract(name, open);
  messagesModelContract(name, open);
}
