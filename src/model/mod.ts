/** The pure domain: names, records, and the words between the layers. */
export * from "./arn.ts";
export * from "./code-signing.ts";
export * from "./deployment-package.ts";
export * from "./event-source-mapping.ts";
export * from "./function.ts";
export * from "./invocation.ts";
export * from "./layer.ts";
export * from "./log-sink.ts";
export * from "./metric-aggregate.ts";
export * from "./metric-datum.ts";
export * from "./observation.ts";
export * from "./operation.ts";
export * from "./qualifier-settings.ts";
export * from "./runtime.ts";
export * from "./sqs-message.ts";
export * from "./trace-header.ts";
