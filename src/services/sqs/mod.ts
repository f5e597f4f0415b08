/** The Simple Queue Service. */
export { type QueuePort, Sqs } from "./sqs.ts";
export { sqsOperations } from "./table.ts";
