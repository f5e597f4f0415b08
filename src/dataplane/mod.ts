/** Everything that runs a function. */

export { AsyncQueue, type EventTarget } from "./async/async-queue.ts";
export { type BusEvent, type DestinationPorts, Undeliverable } from "./async/destinations.ts";
export { CompileCaches } from "./compiled/compile-caches.ts";
export { environmentFactory } from "./environment/create-environment.ts";
export type { Debugging } from "./environment/debugging.ts";
export { EnvironmentPool } from "./environment/environment-pool.ts";
export { RESERVED_VARIABLES } from "./environment/environment-variables.ts";
export type { ExecutionEnvironment } from "./environment/execution-environment.ts";
export { clearParkingFolder, ParkedSandboxes } from "./environment/parked-sandboxes.ts";
export { prepareDebugging } from "./environment/prepare-debugging.ts";
export { StartQueue } from "./environment/start-queue.ts";
export { Launcher } from "./host/launcher.ts";
export { ConcurrencyLedger } from "./invoke/concurrency-ledger.ts";
export { DataPlane } from "./invoke/data-plane.ts";
export { DebugSession } from "./invoke/debug-session.ts";
export { ScalingRate } from "./invoke/scaling-rate.ts";
export type { Visit } from "./invoke/visits.ts";
export { chooseNetwork } from "./network/choose-network.ts";
export { compileBootstraps } from "./runtimes/compile-bootstraps.ts";
export { Debugpy } from "./runtimes/debugpy.ts";
export { findInterpreters, placesOf } from "./runtimes/find-interpreters.ts";
export { RuntimeCatalogue, runtimeVersionArn } from "./runtimes/runtime-catalogue.ts";
export { Cgroups } from "./sandbox/cgroup.ts";
export { chooseDriver } from "./sandbox/choose-driver.ts";
export { Closed, type Entered, type EnterSpec } from "./sandbox/sandbox.ts";
export { openScratchVolumes } from "./sandbox/scratch-volumes.ts";
export { Snapshots } from "./snapshot/snapshots.ts";
