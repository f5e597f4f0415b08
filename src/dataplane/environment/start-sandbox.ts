/** Starts the sandbox of an environment with the function's runtime in it, and the APIs and the log that go with it. */
import { chmod, mkdir } from "node:fs/promises";
import path from "node:path";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { type Clock, slashedDay } from "../../kit/mod.ts";
import type { FunctionVersion, LogSink, Scope } from "../../model/mod.ts";
import type { CodeStorage } from "../../store/mod.ts";
import type { CompileCache } from "../compiled/compile-caches.ts";
import type { Network } from "../network/network.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import type { SystemLogLevel } from "../platform/platform-json.ts";
import type { RuntimeCatalogue, RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import { runtimeVersionArn } from "../runtimes/runtime-catalogue.ts";
import type { GuestPaths, SandboxDriver, SandboxSpec } from "../sandbox/sandbox.ts";
import type { ScratchVolumes } from "../sandbox/scratch-volumes.ts";
import { credentialsToken, credentialsVariables, keyVariables } from "./container-credentials.ts";
import { type Debugging, debuggerOf } from "./debugging.ts";
import { EnvironmentLog, type LogFormat, TEXT_FORMAT } from "./environment-log.ts";
import { environmentVariables } from "./environment-variables.ts";
import { type FoundExtension, findExtensions, namesHiddenFromExtensions } from "./find-extensions.ts";
import type { Surroundings } from "./guest-apis.ts";
import { Unstartable } from "./init-phase.ts";
import type { Place } from "./place.ts";
import { runtimeCommand, speaksHttp } from "./runtime-command.ts";
import type { Started } from "./runtime-process.ts";
import type { StartQueue } from "./start-queue.ts";

export interface SandboxParts {
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

/** The log of one environment, and the stream's name. */
export function environmentLog(
  parts: Pick<SandboxParts, "clock" | "logs">,
  { id, scope, target, choice }: Pick<EnvironmentRequest, "id" | "scope" | "target" | "choice">,
): { readonly log: EnvironmentLog; readonly stream: string } {
  const stream = `${slashedDay(parts.clock.nowMs())}/[${target.version}]${id}`;
  const address = { ...scope, group: target.settings.LoggingConfig.LogGroup, stream };
  return { log: new EnvironmentLog(address, parts.logs, parts.clock, logFormat(target, choice)), stream };
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

export interface EnvironmentRequest {
  readonly id: string;
  readonly scope: Scope;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly choice: RuntimeChoice | undefined;
  readonly stream: string;
  readonly log: EnvironmentLog;
  readonly prepare: (surroundings: Surroundings) => void;
}

export interface StartRequest extends EnvironmentRequest {
  /** Of one life of its processes. */
  readonly sandboxId: string;
  readonly place: Place;
  readonly copying?: "source";
  readonly debugging?: Debugging | undefined;
  readonly cache?: CompileCache | undefined;
}

/** A function's files on the host. */
export interface FunctionFiles {
  readonly code: string;
  readonly layers: string | undefined;
}

/** Throws Unstartable. */
export async function filesOf(
  { code }: Pick<SandboxParts, "code">,
  target: FunctionVersion,
): Promise<FunctionFiles> {
  if (target.code.kind === "image") throw new Unstartable("Lambkin does not run container images yet");
  const layers = (target.settings.Layers ?? []).map((layer) => layer.CodeSha256);
  return { code: await code.unpacked(target.code.sha256), layers: await code.merged(layers) };
}

/** Rejects with Unstartable, or with what the machine has against it. */
export async function startSandbox(
  parts: SandboxParts,
  request: StartRequest,
  files: FunctionFiles,
): Promise<Omit<Started, "isRestored">> {
  const { choice, target, place, copying, debugging, cache } = request;
  const { settings } = target;
  if (choice === undefined) {
    throw new Unstartable(`Runtime ${settings.Runtime} is not installed on this machine`);
  }
  const compiled = cache?.kind === "kept" ? cache.folder : undefined;
  const folders = { ...files, ...runtimeFolders(parts, choice), compiled };
  const mounts = await fileSystems(parts, target);
  const paths = parts.driver.guestPaths(folders);
  const debug = debugging && (await debuggerOf(debugging, folders, paths, place.slot));
  const command = await runtimeCommand({
    choice,
    folders,
    paths,
    settings,
    debuggerArguments: debug?.arguments,
  });
  const extensions = await findExtensions(folders.layers, paths);
  const isSource = copying === "source";
  const announced = announce(parts, { ...request, choice, paths, extensions, isRestored: false });
  const variables = debug === undefined ? announced : debug.variables(announced);
  const told = {
    ...variables,
    ...cacheVariable(cache, paths),
    ...(isSource && { [SOURCE_VARIABLE]: "1" }),
  };
  const sandbox = await parts.driver.start({
    sandboxId: request.sandboxId,
    tmp: place.volume.folder,
    network: place.slot,
    mountNamespace: place.volume.mountNamespace,
    folders,
    mounts,
    readOnly: debug?.readOnly ?? [],
    command,
    variables: told,
    memoryMib: settings.MemorySize + (debug === undefined ? 0 : ENVIRONMENT_LIMITS.debuggerMemoryMib),
    ...(isSource && { copying }),
    extensions,
    hiddenFromExtensions: namesHiddenFromExtensions(told),
  });
  return { sandbox, variables };
}

export function runtimeFolders({ runtimes }: Pick<SandboxParts, "runtimes">, choice: RuntimeChoice) {
  return {
    runtime: runtimes.bootstrapFolder(choice),
    language: choice.interpreter?.folder,
    packages: runtimes.packagesFolder(choice),
  };
}

/** A runtime of ours that finds it gets itself ready to be copied. */
const SOURCE_VARIABLE = "_LAMBKIN_SNAPSHOT";

/** Where a runtime of ours finds a compile cache; empty, where it is to say what could be in one. No function sees it. */
const CACHE_VARIABLE = "_LAMBKIN_COMPILE_CACHE";

interface Announcement extends EnvironmentRequest {
  readonly choice: RuntimeChoice;
  readonly place: Place;
  readonly paths: GuestPaths;
  readonly extensions: readonly FoundExtension[];
  /** From a snapshot: its init was before. */
  readonly isRestored: boolean;
}

/** Opens the APIs and begins the log; answers the function's variables. Throws Unstartable. */
export function announce(parts: SandboxParts, request: Announcement): Record<string, string> {
  const { choice, target, scope, log, paths, extensions, initializationType, isRestored } = request;
  const { slot } = request.place;
  const asksForCredentials = initializationType === "snap-start" && choice.runtime.language === "python";
  const token = asksForCredentials ? credentialsToken(target.configurationId) : undefined;
  request.prepare({
    credentialsToken: token,
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
    kind: isRestored ? "restoreStart" : "initStart",
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
    credentials:
      token === undefined
        ? keyVariables(scope.accountId)
        : credentialsVariables(slot.credentialsAddress, token),
    hostPath: parts.hostPath,
  });
}

/** What the runtime itself is told besides, and nobody else in the sandbox. */
export function cacheVariable(cache: CompileCache | undefined, paths: GuestPaths): Record<string, string> {
  if (cache === undefined) return {};
  return { [CACHE_VARIABLE]: (cache.kind === "kept" ? paths.compiled : undefined) ?? "" };
}

/** An access point is a folder of its name; it comes to be when a function first mounts it. Throws Unstartable. */
async function fileSystems(
  { driver, fileSystemsDir }: SandboxParts,
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
