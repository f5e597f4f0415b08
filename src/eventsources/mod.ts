/** Event source mappings at work: what is polled for functions, and which of it they get. */
export { compilePattern } from "./filter/filter-pattern.ts";
export { FunctionPlaces } from "./function-places.ts";
export { EventSources } from "./mappings.ts";
export { isProblem, RESULTS, type ReaderParts } from "./reader.ts";
export type { QueueMessage, QueueReceive, QueueSource } from "./sqs/queue-source.ts";
export { sqsSource } from "./sqs/sqs-source.ts";
export { StreamCheckpoints } from "./streams/checkpoints.ts";
export { dynamodbRecord } from "./streams/dynamodb-record.ts";
export { kinesisRecord } from "./streams/kinesis-record.ts";
export type { StreamParts } from "./streams/shard-context.ts";
export { streamMappings } from "./streams/stream-mapping.ts";
export * from "./streams/stream-source.ts";
