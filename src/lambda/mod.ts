/** The Lambda API. */
export { settle } from "./change-function.ts";
export { CODE_LINK_PREFIX, CodeLinks } from "./code-links.ts";
export type { LambdaDependencies } from "./dependencies.ts";
export { destinationPorts } from "./destination-ports.ts";
export { settleMappings } from "./event-source-mapping.ts";
export { findQualified, versionForCall } from "./find-function.ts";
export { restoreProvisions } from "./provisioned-concurrency.ts";
export { settleSnapshot } from "./publish.ts";
export { FunctionUrls } from "./serve-url.ts";
export { subscriptionTargets } from "./subscription-targets.ts";
export { lambdaOperations } from "./table.ts";
