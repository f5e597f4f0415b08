/** The Simple Queue Service. */
export type { QueueSettings } from "./queue/queue-settings.ts";
export type { ReceivedMessage, ReceiveRequest, SendRequest, SendResult } from "./queue/requests.ts";
export { type QueuePort, Sqs } from "./sqs.ts";
export { sqsOperations } from "./table.ts";
