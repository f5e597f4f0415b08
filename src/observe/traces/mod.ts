/** Invocations as traces. */
export { type TraceCounts, TraceExporter } from "./trace-exporter.ts";
