/** Other servers that speak AWS's protocols, at addresses of the user's choice. */
export { RemoteEventBuses } from "./event-buses.ts";
export { RemoteKinesisStreams } from "./kinesis-streams.ts";
export { RemoteQueues } from "./queues.ts";
export { RemoteTableStreams } from "./table-streams.ts";
export { RemoteTopics } from "./topics.ts";
