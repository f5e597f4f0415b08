/** CloudWatch: metrics and alarms. */
export { alarmFunctions } from "./alarms/alarm-functions.ts";
export { CloudWatch } from "./cloud-watch.ts";
export { cloudWatchOperations } from "./table.ts";
