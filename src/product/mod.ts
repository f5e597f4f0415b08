/** What Lambkin adds to AWS: its own paths below `/_lambkin/`, and the page at `/`. */
export { CONSOLE_PREFIX, consolePages } from "./console.ts";
export { Debuggers } from "./debug.ts";
export { downloadCode } from "./download-code.ts";
export { Environments, type EnvironmentsAnswer } from "./environments.ts";
export type { FindVersion } from "./function-of-request.ts";
export { Prometheus } from "./prometheus.ts";
export { json, type ProductHandler, type ProductTable, productRoute } from "./routes.ts";
export { shell } from "./shell.ts";
export { usage } from "./usage.ts";
