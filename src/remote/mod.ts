/** Other servers that speak AWS's protocols, at addresses of the user's choice. */
export { RemoteEventBuses } from "./event-buses.ts";
export { RemoteQueues } from "./queues.ts";
export { RemoteTopics } from "./topics.ts";
