/** The Lambda API. */
export { settle } from "./change-function.ts";
export { CODE_LINK_PREFIX, CodeLinks } from "./code-links.ts";
export { findQualified, versionForCall } from "./find-function.ts";
export { lambdaOperations } from "./table.ts";
