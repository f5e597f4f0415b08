/** CloudWatch Logs. */
export { Logs } from "./logs.ts";
export type { SubscriptionTargets } from "./subscribers/subscription-filter.ts";
export { logsOperations } from "./table.ts";
