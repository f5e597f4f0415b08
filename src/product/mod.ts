/** What Lambkin adds to AWS: its own paths below `/_lambkin/`, and the page at `/`. */
export { CONSOLE_PREFIX, consolePages } from "./console.ts";
export { downloadCode } from "./download-code.ts";
export { Environments, type EnvironmentsAnswer } from "./environments.ts";
export { json, type ProductHandler, type ProductTable, productRoute } from "./routes.ts";
export { usage } from "./usage.ts";
