/** Event source mappings at work: what is polled for functions, and which of it they get. */
export { compilePattern } from "./filter/filter-pattern.ts";
export { FunctionPlaces } from "./function-places.ts";
export { EventSources } from "./mappings.ts";
export { isProblem, RESULTS, type ReaderParts } from "./reader.ts";
export type { QueueMessage, QueueReceive, QueueSource } from "./sqs/queue-source.ts";
export { sqsSource } from "./sqs/sqs-source.ts";
