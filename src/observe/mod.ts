/** What the system tells about its functions. */
export { LogWriter } from "./log-writer.ts";
export { embeddedMetrics } from "./metrics/embedded-metrics.ts";
export { DURATION_BOUNDS_SECONDS, FunctionTotals, type Totals } from "./metrics/function-totals.ts";
export { LambdaMetrics } from "./metrics/lambda-metrics.ts";
export { Meter, MetricBuffer } from "./metrics/metric-buffer.ts";
export * from "./traces/mod.ts";
export * from "./usage/mod.ts";
