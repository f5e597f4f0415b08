/** Everything that runs a function. */

export { AsyncQueue, type EventTarget } from "./async/async-queue.ts";
export { type BusEvent, type DestinationPorts, Undeliverable } from "./async/destinations.ts";
export { environmentFactory } from "./environment/create-environment.ts";
export { EnvironmentPool } from "./environment/environment-pool.ts";
export { RESERVED_VARIABLES } from "./environment/environment-variables.ts";
export type { ExecutionEnvironment } from "./environment/execution-environment.ts";
export { clearParkingFolder, ParkedSandboxes } from "./environment/parked-sandboxes.ts";
export { StartQueue } from "./environment/start-queue.ts";
export { ConcurrencyLedger } from "./invoke/concurrency-ledger.ts";
export { DataPlane } from "./invoke/data-plane.ts";
export { chooseNetwork } from "./network/choose-network.ts";
export { compileBootstraps } from "./runtimes/compile-bootstraps.ts";
export { findInterpreters, placesOf } from "./runtimes/find-interpreters.ts";
export { RuntimeCatalogue, runtimeVersionArn } from "./runtimes/runtime-catalogue.ts";
export { Cgroups } from "./sandbox/cgroup.ts";
export { chooseDriver } from "./sandbox/choose-driver.ts";
export { openScratchVolumes } from "./sandbox/scratch-volumes.ts";
export { Snapshots } from "./snapshot/snapshots.ts";
