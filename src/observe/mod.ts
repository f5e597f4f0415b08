/** What the system tells about its functions. */
export { LogWriter } from "./log-writer.ts";
export * from "./traces/mod.ts";
export * from "./usage/mod.ts";
