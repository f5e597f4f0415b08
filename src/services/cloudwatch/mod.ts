/** CloudWatch: metrics and alarms. */
export { alarmFunctions } from "./alarms/alarm-functions.ts";
export { CloudWatch } from "./cloud-watch.ts";
