/** What must survive a restart. */
export * from "./blobs/code-storage.ts";
export * from "./blobs/object-reader.ts";
export { S3Objects } from "./blobs/s3-objects.ts";
export * from "./code-signing-store.ts";
export * from "./event-source-mapping-store.ts";
export * from "./event-store.ts";
export * from "./function-store.ts";
export * from "./layer-store.ts";
export * from "./log-store.ts";
export * from "./queue-store.ts";
export { SqliteCodeSigningStore } from "./sqlite/code-signing-store.ts";
export { SqliteEventSourceMappingStore } from "./sqlite/event-source-mapping-store.ts";
export { SqliteEventStore } from "./sqlite/event-store.ts";
export { SqliteFunctionStore } from "./sqlite/function-store.ts";
export { SqliteLayerStore } from "./sqlite/layer-store.ts";
export { SqliteLogStore } from "./sqlite/log-store.ts";
export { openMainDatabase } from "./sqlite/main-database.ts";
export { SqliteQueueStore } from "./sqlite/queue-store.ts";
