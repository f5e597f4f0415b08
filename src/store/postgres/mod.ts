/** The stores on PostgreSQL: a door of its own, so that the driver is loaded only where one of them is opened. */
export { CommitInDoubtError, PostgresDatabase } from "./database.ts";
export { PostgresEventSourceMappingStore } from "./event-source-mapping-store.ts";
export { PostgresEventStore } from "./event-store.ts";
export { PostgresQueueStore } from "./queue-store.ts";
export { PostgresStreamCheckpointStore } from "./stream-checkpoint-store.ts";
