/** Small parts without any knowledge of the domain. */
export * from "./aws-time.ts";
export * from "./clock.ts";
export * from "./deferred.ts";
export * from "./first-in-first-out.ts";
export * from "./group-commit.ts";
export * from "./inherited-descriptors.ts";
export * from "./keyed-mutex.ts";
export * from "./machine-name.ts";
export * from "./node-http.ts";
export * from "./quoted.ts";
export * from "./read-only-folder.ts";
export * from "./thread.ts";
export * from "./tunnel-frames.ts";
export * from "./turns-by-lane.ts";
