/** What environments are made of on this machine: sandboxes, networks, interpreters, and what is made ahead of them. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { type Config, ENVIRONMENT_LIMITS } from "../config/mod.ts";
import {
  Cgroups,
  CompileCaches,
  chooseDriver,
  chooseNetwork,
  clearParkingFolder,
  compileBootstraps,
  Debugpy,
  EnvironmentPool,
  environmentFactory,
  findInterpreters,
  Launcher,
  openScratchVolumes,
  ParkedSandboxes,
  placesOf,
  prepareDebugging,
  RuntimeCatalogue,
  Snapshots,
  StartQueue,
} from "../dataplane/mod.ts";
import type { Clock } from "../kit/mod.ts";
import { type FunctionVersion, isSnapStart, type LogSink, type Scope } from "../model/mod.ts";
import type { CodeStorage, CompiledCode } from "../store/mod.ts";

export interface IsolationParts {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of this program. */
  readonly project: string;
  readonly clock: Clock;
  readonly code: CodeStorage;
  readonly compiledCode: CompiledCode;
  readonly logs: LogSink;
  readonly reportFault: (error: unknown, what: string) => void;
}

/** Rejects when the isolation asked for cannot be had. */
export async function openIsolation({ config, env, project, clock, ...parts }: IsolationParts) {
  const { reportFault } = parts;
  const folder = path.join(config.dataDir, "isolation");
  const cache = path.join(project, ".cache");
  // The second is what `npm run runtimes` has installed.
  const runtimeFolders = [config.runtimesDir, path.join(cache, "runtimes")].filter(
    (each) => each !== undefined,
  );
  const cgroups = Cgroups.open();
  const launcher = new Launcher();
  const [{ driver, warning }, interpreters] = await Promise.all([
    chooseDriver(config.isolation, config.ociRuntime, folder, launcher, cgroups),
    findInterpreters(placesOf(env, runtimeFolders)),
  ]);
  const [{ network, warning: networkWarning }, volumes] = await Promise.all([
    chooseNetwork(config.network, driver.name !== "process", {
      folder,
      reportFault: (error) => reportFault(error, "(network of functions)"),
    }),
    openScratchVolumes(path.join(config.dataDir, "environments")),
  ]);
  const runtimes = runtimeCatalogue(project, runtimeFolders, interpreters, config.runtimeFallback);
  const starts = new StartQueue(ENVIRONMENT_LIMITS.startsPerCoreMax * availableParallelism());
  const parkingFolder = path.join(config.dataDir, "parked");
  await clearParkingFolder(parkingFolder);
  const parked = new ParkedSandboxes({
    ...{ driver, runtimes, volumes, network, starts, clock, reportFault },
    folder: parkingFolder,
    parkedMax: config.parkedMax,
    parkedBytesMax: config.parkedBytesMax,
  });
  const sandboxParts = {
    ...{ driver, runtimes, volumes, clock, starts, network, reportFault },
    ...{ code: parts.code, logs: parts.logs },
    hostPath: env["PATH"] ?? "",
    fileSystemsDir: config.fileSystemsDir,
  };
  const snapshots = new Snapshots({
    parts: sandboxParts,
    readyMax: Math.min(config.parkedMax, ENVIRONMENT_LIMITS.waitingCopiesMax),
    bytesMax: config.idleBytesMax / 2,
  });
  const compileCaches = new CompileCaches(sandboxParts, parts.compiledCode);
  const pool = new EnvironmentPool({
    create: environmentFactory({ ...sandboxParts, parked, snapshots, compileCaches }),
    clock,
    keepAliveMs: config.keepAliveMs,
    ageMsMax: config.environmentAgeMsMax,
    idleBytesMax: config.idleBytesMax,
  });
  const debugpy = new Debugpy(cache);
  const pythons = interpreters.filter(({ language }) => language === "python").map(({ program }) => program);
  return {
    ...{ driver, network, runtimes, parked, pool },
    warnings: [warning, networkWarning].filter((each) => each !== undefined),
    weaknesses: () => [...driver.weaknesses, ...network.weaknesses, ...volumes.weaknesses],
    counts: () => ({
      ...pool.counts(),
      ...parked.counts(),
      ...snapshots.counts(),
      ...compileCaches.counts(),
    }),
    /** A function is about to be called. */
    expect(target: FunctionVersion): void {
      if (!isSnapStart(target)) parked.expect(target);
    },
    takeSnapshot: (scope: Scope, target: FunctionVersion) => snapshots.prepare(scope, target),
    forget: (configurationId: string) => snapshots.retire(configurationId),
    prepareDebugging: (target: FunctionVersion, waits: boolean) =>
      prepareDebugging({ ...sandboxParts, debugpy, pythons }, target, waits),
    compileBootstraps: () => compileBootstraps(interpreters, path.join(project, "runtimes/python")),
    abandonSnapshots: () => snapshots.abandon(),
    /** Ends every environment, and what waits to become one. */
    async endEnvironments(): Promise<void> {
      await Promise.all([pool.close(), parked.close(), compileCaches.close()]);
      await snapshots.close();
    },
    async close(): Promise<void> {
      await Promise.all([cgroups?.close(), volumes.close(), network.close(), launcher.close()]);
    },
  };
}

function runtimeCatalogue(
  project: string,
  runtimeFolders: readonly string[],
  interpreters: Awaited<ReturnType<typeof findInterpreters>>,
  allowFallback: boolean,
): RuntimeCatalogue {
  const own = (language: string): string => path.join(project, "runtimes", language);
  const installed = (name: string): string | undefined =>
    runtimeFolders.map((folder) => path.join(folder, name)).find((folder) => existsSync(folder));
  return new RuntimeCatalogue({
    interpreters,
    bootstraps: {
      python: own("python"),
      nodejs: own("nodejs"),
      ruby: own("ruby"),
      java: installed("java-client"),
    },
    nodePackages: installed("nodejs-sdk"),
    allowFallback,
  });
}
