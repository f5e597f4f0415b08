/** Settings and bounds. */
export * from "./config.ts";
export * from "./limits.ts";
