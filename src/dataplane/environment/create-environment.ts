/** Puts an environment together: code on disk, interpreter, variables, sandbox, log stream. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";
import { type Clock, slashedDay } from "../../kit/mod.ts";
import type { FunctionVersion, LogSink, Scope } from "../../model/mod.ts";
import type { CodeStorage } from "../../store/mod.ts";
import type { Network, NetworkSlot } from "../network/network.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import type { SystemLogLevel } from "../platform/platform-json.ts";
import type { RuntimeCatalogue, RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import { runtimeVersionArn } from "../runtimes/runtime-catalogue.ts";
import type { Sandbox, SandboxDriver, SandboxSpec } from "../sandbox/sandbox.ts";
import type { ScratchVolume, ScratchVolumes } from "../sandbox/scratch-volumes.ts";
import { EnvironmentLog, type LogFormat, TEXT_FORMAT } from "./environment-log.ts";
import type { EnvironmentFactory } from "./environment-pool.ts";
import { environmentVariables } from "./environment-variables.ts";
import { ExecutionEnvironment, Unstartable } from "./execution-environment.ts";
import { findExtensions, namesHiddenFromExtensions } from "./find-extensions.ts";
import type { Surroundings } from "./guest-apis.ts";
import { runtimeCommand, speaksHttp } from "./runtime-command.ts";
import type { StartQueue } from "./start-queue.ts";

export interface EnvironmentParts {
  readonly driver: SandboxDriver;
  readonly runtimes: RuntimeCatalogue;
  readonly code: CodeStorage;
  readonly logs: LogSink;
  readonly volumes: ScratchVolumes;
  readonly clock: Clock;
  readonly reportFault: (error: unknown, what: string) => void;
  readonly starts: StartQueue;
  readonly network: Network;
  readonly hostPath: string;
  /** Holds a folder for each access point. */
  readonly fileSystemsDir: string;
}

export function environmentFactory(parts: EnvironmentParts): EnvironmentFactory {
  return (scope, target, initializationType, onEnded) => {
    const id = randomBytes(16).toString("hex");
    const stream = `${slashedDay(parts.clock.nowMs())}/[${target.version}]${id}`;
    const choice = parts.runtimes.choose(target.settings.Runtime ?? "");
    const log = new EnvironmentLog(
      { ...scope, group: target.settings.LoggingConfig.LogGroup, stream },
      parts.logs,
      parts.clock,
      logFormat(target, choice),
    );
    let place: Place | undefined;
    let starts = 0;
    return new ExecutionEnvironment({
      id,
      target,
      initializationType,
      log,
      clock: parts.clock,
      start: (prepare) =>
        parts.starts.run(async () => {
          place ??= await takePlace(parts, target);
          const environment = { id, scope, target, initializationType, choice, stream, log };
          return start(parts, { ...environment, sandboxId: `${id}-${++starts}`, place }, prepare);
        }),
      discard: async () => {
        await place?.release().catch((error: unknown) => parts.reportFault(error, `(environment ${id})`));
      },
      onEnded,
    });
  };
}

/** Our own runtimes keep to the application's level themselves; what custom ones print is looked at. */
function logFormat({ settings }: FunctionVersion, choice: RuntimeChoice | undefined): LogFormat {
  const { LogFormat, SystemLogLevel = "INFO", ApplicationLogLevel = "INFO" } = settings.LoggingConfig;
  if (LogFormat !== "JSON") return TEXT_FORMAT;
  return {
    isJson: true,
    systemLevel: SystemLogLevel as SystemLogLevel,
    applicationLevel: choice?.runtime.language === "provided" ? ApplicationLogLevel : undefined,
  };
}

/** What an environment has beside its processes. */
interface Place {
  readonly volume: ScratchVolume;
  readonly slot: NetworkSlot;
  release(): Promise<void>;
}

async function takePlace(
  { volumes, network }: EnvironmentParts,
  { settings }: FunctionVersion,
): Promise<Place> {
  const waiting = volumes.acquire(settings.EphemeralStorage.Size);
  const slot = await network.acquire();
  const volume = await waiting.catch(async (error: unknown) => {
    await slot.release();
    throw error;
  });
  return {
    volume,
    slot,
    release: async () => {
      await Promise.all([volume.release(), slot.release()]);
    },
  };
}

interface StartRequest {
  readonly id: string;
  /** Of one life of its processes. */
  readonly sandboxId: string;
  readonly place: Place;
  readonly scope: Scope;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly choice: RuntimeChoice | undefined;
  readonly stream: string;
  readonly log: EnvironmentLog;
}

async function start(
  parts: EnvironmentParts,
  request: StartRequest,
  prepare: (surroundings: Surroundings) => void,
): Promise<Sandbox> {
  const { choice, target, scope, log } = request;
  const { slot, volume } = request.place;
  if (target.code.kind === "image") throw new Unstartable("Lambkin does not run container images yet");
  if (choice === undefined) {
    throw new Unstartable(`Runtime ${target.settings.Runtime} is not installed on this machine`);
  }
  const folders = {
    code: await parts.code.unpacked(target.code.sha256),
    layers: await parts.code.merged((target.settings.Layers ?? []).map((layer) => layer.CodeSha256)),
    runtime: parts.runtimes.bootstrapFolder(choice),
    language: choice.interpreter?.folder,
  };
  const mounts = await fileSystems(parts, target);
  const paths = parts.driver.guestPaths(folders);
  const command = await runtimeCommand({ choice, folders, paths, settings: target.settings });
  const extensions = await findExtensions(folders.layers, paths);
  prepare({
    api: slot.api,
    guestAddress: slot.guestAddress,
    isHttpRuntime: speaksHttp(choice),
    externals: extensions.map(({ name }) => name),
    identity: {
      functionName: target.name,
      functionVersion: target.version,
      handler: target.settings.Handler ?? "",
      accountId: scope.accountId,
    },
  });
  log.platform({
    kind: "initStart",
    initializationType: request.initializationType,
    runtimeVersion: runtimeLabel(choice),
    runtimeVersionArn: runtimeVersionArn(scope.region, choice.runtime.id),
    functionName: target.name,
    functionVersion: target.version,
    instanceId: request.id,
    memoryMib: target.settings.MemorySize,
  });
  if (choice.warning !== undefined) log.platform({ kind: "warning", text: choice.warning });
  const sealed = extensions.find(({ isExecutable }) => !isExecutable);
  if (sealed !== undefined) {
    const errorType = "PermissionDenied";
    log.platform({ kind: "extension", name: sealed.name, state: "LaunchError", events: [], errorType });
    throw new Unstartable(`fork/exec ${sealed.program}: permission denied`, "Extension.LaunchError");
  }
  const variables = environmentVariables({
    scope,
    target,
    initializationType: request.initializationType,
    choice,
    paths,
    isolation: parts.driver.name,
    logStream: request.stream,
    runtimeApiAddress: slot.apiAddress,
    endpointUrl: slot.endpointUrl,
    credentials: {
      secretAccessKey: randomBytes(20).toString("hex"),
      sessionToken: randomBytes(32).toString("base64"),
    },
    hostPath: parts.hostPath,
  });
  return parts.driver.start({
    sandboxId: request.sandboxId,
    tmp: volume.folder,
    network: slot,
    mountNamespace: parts.volumes.mountNamespace,
    folders,
    mounts,
    command,
    variables,
    memoryMib: target.settings.MemorySize,
    extensions,
    hiddenFromExtensions: namesHiddenFromExtensions(variables),
  });
}

/** An access point is a folder of its name; it comes to be when a function first mounts it. Throws Unstartable. */
async function fileSystems(
  { driver, fileSystemsDir }: EnvironmentParts,
  { settings }: FunctionVersion,
): Promise<SandboxSpec["mounts"]> {
  const configs = settings.FileSystemConfigs ?? [];
  if (configs.length > 0 && driver.name === "process") {
    throw new Unstartable("File systems can only be mounted where functions are isolated");
  }
  return Promise.all(
    configs.map(async ({ Arn, LocalMountPath }) => {
      const host = path.join(fileSystemsDir, Arn.slice(Arn.lastIndexOf("/") + 1));
      if ((await mkdir(host, { recursive: true })) !== undefined) await chmod(host, 0o1777);
      return { host, guest: LocalMountPath };
    }),
  );
}

function runtimeLabel({ runtime: { language, version, id } }: RuntimeChoice): string {
  return `${language}:${language === "provided" ? id.slice("provided.".length) : version}.v1`;
}
