/** What the system tells about its functions. */
export { LogWriter } from "./log-writer.ts";
export * from "./usage/mod.ts";
