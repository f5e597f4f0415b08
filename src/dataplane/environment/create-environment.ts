/** Puts an environment together: code on disk, interpreter, variables, sandbox, log stream. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";
import { type Clock, slashedDay } from "../../kit/mod.ts";
import type { FunctionVersion, LogSink, Scope } from "../../model/mod.ts";
import type { CodeStorage } from "../../store/mod.ts";
import type { Network } from "../network/network.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import type { SystemLogLevel } from "../platform/platform-json.ts";
import { startFrame } from "../runtime-api/frames.ts";
import type { RuntimeCatalogue, RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import { runtimeVersionArn } from "../runtimes/runtime-catalogue.ts";
import type { GuestPaths, Sandbox, SandboxDriver, SandboxSpec } from "../sandbox/sandbox.ts";
import type { ScratchVolumes } from "../sandbox/scratch-volumes.ts";
import { linkTree } from "./deliver-files.ts";
import { EnvironmentLog, type LogFormat, TEXT_FORMAT } from "./environment-log.ts";
import type { EnvironmentFactory } from "./environment-pool.ts";
import { environmentVariables } from "./environment-variables.ts";
import { ExecutionEnvironment, Unstartable } from "./execution-environment.ts";
import {
  type FoundExtension,
  findExtensions,
  hasExtensions,
  namesHiddenFromExtensions,
} from "./find-extensions.ts";
import type { Surroundings } from "./guest-apis.ts";
import { endParked, type ParkedSandboxes } from "./parked-sandboxes.ts";
import { type Place, takePlace } from "./place.ts";
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
  readonly parked: ParkedSandboxes;
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
      start: async (prepare) => {
        const request = { id, scope, target, initializationType, choice, stream, log, prepare };
        const files = await filesOf(parts, target);
        if (place === undefined) {
          const adopted = adopt(parts, request, files);
          if (adopted !== undefined) {
            place = adopted.place;
            return adopted.sandbox;
          }
        }
        return parts.starts.run(async () => {
          place ??= await takePlace(parts, target.settings.EphemeralStorage.Size);
          return start(parts, { ...request, sandboxId: `${id}-${++starts}`, place }, files);
        });
      },
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

interface EnvironmentRequest {
  readonly id: string;
  readonly scope: Scope;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly choice: RuntimeChoice | undefined;
  readonly stream: string;
  readonly log: EnvironmentLog;
  readonly prepare: (surroundings: Surroundings) => void;
}

interface StartRequest extends EnvironmentRequest {
  /** Of one life of its processes. */
  readonly sandboxId: string;
  readonly place: Place;
}

/** A function's files on the host. */
interface FunctionFiles {
  readonly code: string;
  readonly layers: string | undefined;
}

/** Throws Unstartable. */
async function filesOf({ code }: EnvironmentParts, target: FunctionVersion): Promise<FunctionFiles> {
  if (target.code.kind === "image") throw new Unstartable("Lambkin does not run container images yet");
  const layers = (target.settings.Layers ?? []).map((layer) => layer.CodeSha256);
  return { code: await code.unpacked(target.code.sha256), layers: await code.merged(layers) };
}

/** Makes a sandbox that was parked this function's; undefined where none is there, or it cannot be had that way. */
function adopt(
  parts: EnvironmentParts,
  request: EnvironmentRequest,
  files: FunctionFiles,
): { readonly place: Place; readonly sandbox: Sandbox } | undefined {
  const { target, choice } = request;
  if (choice === undefined || hasExtensions(files.layers)) return undefined;
  const parked = parts.parked.take(target);
  if (parked === undefined) return undefined;
  const { sandbox, place } = parked;
  const isDelivered =
    linkTree(files.code, parked.code) &&
    (files.layers === undefined || linkTree(files.layers, parked.layers));
  if (!isDelivered) {
    void endParked(parked);
    return undefined;
  }
  const paths = parts.driver.guestPaths({ ...files, ...runtimeFolders(parts, choice) });
  const variables = announce(parts, { ...request, choice, place, paths, extensions: [] });
  sandbox.resize(target.settings.MemorySize);
  sandbox.control.write(startFrame(variables));
  return { place, sandbox };
}

async function start(parts: EnvironmentParts, request: StartRequest, files: FunctionFiles): Promise<Sandbox> {
  const { choice, target, place } = request;
  const { settings } = target;
  if (choice === undefined) {
    throw new Unstartable(`Runtime ${settings.Runtime} is not installed on this machine`);
  }
  const folders = { ...files, ...runtimeFolders(parts, choice) };
  const mounts = await fileSystems(parts, target);
  const paths = parts.driver.guestPaths(folders);
  const command = await runtimeCommand({ choice, folders, paths, settings });
  const extensions = await findExtensions(folders.layers, paths);
  const variables = announce(parts, { ...request, choice, paths, extensions });
  return parts.driver.start({
    sandboxId: request.sandboxId,
    tmp: place.volume.folder,
    network: place.slot,
    mountNamespace: parts.volumes.mountNamespace,
    folders,
    mounts,
    command,
    variables,
    memoryMib: settings.MemorySize,
    extensions,
    hiddenFromExtensions: namesHiddenFromExtensions(variables),
  });
}

function runtimeFolders({ runtimes }: EnvironmentParts, choice: RuntimeChoice) {
  return {
    runtime: runtimes.bootstrapFolder(choice),
    language: choice.interpreter?.folder,
    packages: runtimes.packagesFolder(choice),
  };
}

interface Announcement extends EnvironmentRequest {
  readonly choice: RuntimeChoice;
  readonly place: Place;
  readonly paths: GuestPaths;
  readonly extensions: readonly FoundExtension[];
}

/** Opens the APIs and begins the log; answers the function's variables. Throws Unstartable. */
function announce(parts: EnvironmentParts, request: Announcement): Record<string, string> {
  const { choice, target, scope, log, paths, extensions, initializationType } = request;
  const { slot } = request.place;
  request.prepare({
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
    initializationType,
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
  return environmentVariables({
    scope,
    target,
    initializationType,
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
