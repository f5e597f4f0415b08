/** Settings and bounds. */
export * from "./config.ts";
export * from "./config-error.ts";
export * from "./limits.ts";
export type { TraceSettings } from "./trace-settings.ts";
