/** The runtime identifiers Lambda knows, and which of them this product runs. */

/** Whose runtimes are Lambda's own; what is `provided` is the function's. */
export type ManagedLanguage = "python" | "nodejs" | "java" | "ruby";
export type RuntimeLanguage = ManagedLanguage | "provided";

export interface RuntimeName {
  readonly id: string;
  readonly language: RuntimeLanguage;
  /** As in the id: `3.12`, `22`, `8` for `java8.al2`; empty for provided runtimes. */
  readonly version: string;
}

/** In the order of AWS's own error text, then what is newer than that recording. */
export const SUPPORTED_RUNTIMES: readonly RuntimeName[] = [
  ...["26", "24", "22", "20", "18"].map((version) => nodejs(version)),
  ...["3.14", "3.13", "3.12", "3.11", "3.10", "3.9", "3.8"].map((version) => python(version)),
  ...["25", "21", "17", "11"].map((version) => java(version)),
  { id: "java8.al2", language: "java", version: "8" },
  ...["3.4", "3.3", "3.2"].map((version) => ruby(version)),
  { id: "provided.al2023", language: "provided", version: "" },
  { id: "provided.al2", language: "provided", version: "" },
];

/** AWS names these and refuses to create functions with them. Source: runtime deprecation table. */
const DEPRECATED_RUNTIMES = new Set([
  "nodejs",
  "nodejs4.3",
  "nodejs4.3-edge",
  "nodejs6.10",
  "nodejs8.10",
  "nodejs10.x",
  "nodejs12.x",
  "nodejs14.x",
  "python2.7",
  "python3.6",
  "python3.7",
  "java8",
  "dotnetcore1.0",
  "dotnetcore2.0",
  "dotnetcore2.1",
  "dotnetcore3.1",
  "ruby2.5",
  "ruby2.7",
  "go1.x",
  "provided",
]);

export function findRuntime(id: string): RuntimeName | undefined {
  return SUPPORTED_RUNTIMES.find((runtime) => runtime.id === id);
}

export function isDeprecatedRuntime(id: string): boolean {
  return DEPRECATED_RUNTIMES.has(id);
}

function nodejs(version: string): RuntimeName {
  return { id: `nodejs${version}.x`, language: "nodejs", version };
}

function python(version: string): RuntimeName {
  return { id: `python${version}`, language: "python", version };
}

function java(version: string): RuntimeName {
  return { id: `java${version}`, language: "java", version };
}

function ruby(version: string): RuntimeName {
  return { id: `ruby${version}`, language: "ruby", version };
}
