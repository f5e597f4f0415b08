/** CloudWatch Logs. */
export { logsOperations } from "./table.ts";
