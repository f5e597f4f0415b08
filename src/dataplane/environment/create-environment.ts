/** Puts an environment together: code on disk, interpreter, variables, sandbox, log stream. */
import { randomBytes } from "node:crypto";
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { type Clock, slashedDay } from "../../kit/mod.ts";
import type { FunctionVersion, LogSink, Scope } from "../../model/mod.ts";
import type { CodeStorage } from "../../store/mod.ts";
import type { RuntimeCatalogue, RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import { runtimeVersionArn } from "../runtimes/runtime-catalogue.ts";
import type { GuestPaths, Sandbox, SandboxDriver, SandboxFolders } from "../sandbox/sandbox.ts";
import { EnvironmentLog } from "./environment-log.ts";
import type { EnvironmentFactory } from "./environment-pool.ts";
import { environmentVariables } from "./environment-variables.ts";
import { ExecutionEnvironment, InvalidEntrypoint } from "./execution-environment.ts";
import { initStartLine } from "./platform-log.ts";
import type { StartQueue } from "./start-queue.ts";

export interface EnvironmentParts {
  readonly driver: SandboxDriver;
  readonly runtimes: RuntimeCatalogue;
  readonly code: CodeStorage;
  readonly logs: LogSink;
  readonly clock: Clock;
  readonly starts: StartQueue;
  /** Lambkin's own address, for the AWS SDKs inside functions. Known once the server listens. */
  readonly endpointUrl: () => string;
  readonly hostPath: string;
}

export function environmentFactory(parts: EnvironmentParts): EnvironmentFactory {
  return (scope, target, onEnded) => {
    const id = randomBytes(16).toString("hex");
    const stream = `${slashedDay(parts.clock.nowMs())}/[${target.version}]${id}`;
    const log = new EnvironmentLog(
      { ...scope, group: target.settings.LoggingConfig.LogGroup, stream },
      parts.logs,
      parts.clock,
    );
    const choice = parts.runtimes.choose(target.settings.Runtime ?? "");
    return new ExecutionEnvironment({
      id,
      target,
      log,
      clock: parts.clock,
      speaksHttp: choice?.runtime.language === "provided",
      start: (runtimeApiAddress) =>
        parts.starts.run(() => start(parts, { id, scope, target, choice, stream, log, runtimeApiAddress })),
      onEnded,
    });
  };
}

interface StartRequest {
  readonly id: string;
  readonly scope: Scope;
  readonly target: FunctionVersion;
  readonly choice: RuntimeChoice | undefined;
  readonly stream: string;
  readonly log: EnvironmentLog;
  readonly runtimeApiAddress: string | undefined;
}

async function start(parts: EnvironmentParts, request: StartRequest): Promise<Sandbox> {
  const { choice, target, scope, log } = request;
  if (choice === undefined) {
    throw new InvalidEntrypoint(`Runtime ${target.settings.Runtime} is not installed on this machine`);
  }
  const folders = {
    code: await parts.code.unpacked(target.codeSha256),
    layers: await parts.code.merged((target.settings.Layers ?? []).map((layer) => layer.CodeSha256)),
    runtime: parts.runtimes.bootstrapFolder(choice),
    language: choice.interpreter?.folder,
  };
  const paths = parts.driver.guestPaths(folders);
  const command = await commandOf(choice, folders, paths);
  log.write(initStartLine(...runtimeLabel(choice), runtimeVersionArn(scope.region, choice.runtime.id)));
  if (choice.warning !== undefined) log.write(`LAMBKIN_WARNING: ${choice.warning}\n`);
  const variables = environmentVariables({
    scope,
    target,
    choice,
    paths,
    isolation: parts.driver.name,
    logStream: request.stream,
    runtimeApiAddress: request.runtimeApiAddress,
    endpointUrl: parts.endpointUrl(),
    credentials: {
      secretAccessKey: randomBytes(20).toString("hex"),
      sessionToken: randomBytes(32).toString("base64"),
    },
    hostPath: parts.hostPath,
  });
  return parts.driver.start({
    environmentId: request.id,
    folders,
    command,
    variables,
    memoryMib: target.settings.MemorySize,
  });
}

function runtimeLabel(choice: RuntimeChoice): [string, string] {
  const { language, version, id } = choice.runtime;
  return language === "provided" ? ["provided", id.slice("provided.".length)] : [language, version];
}

async function commandOf(
  choice: RuntimeChoice,
  folders: SandboxFolders,
  paths: GuestPaths,
): Promise<string[]> {
  const { interpreter } = choice;
  if (interpreter === undefined) return [await findBootstrap(folders, paths)];
  const program = paths.interpreter(interpreter.program);
  const entry = interpreter.language === "python" ? "bootstrap.py" : "bootstrap.mjs";
  return [program, path.join(paths.runtime, entry)];
}

/** The function's own comes before one of a layer. The texts are the platform's (widely seen). Throws InvalidEntrypoint. */
async function findBootstrap(folders: SandboxFolders, paths: GuestPaths): Promise<string> {
  const places = [
    { host: folders.code, guest: path.join(paths.code, "bootstrap") },
    { host: folders.layers, guest: path.join(paths.layers, "bootstrap") },
  ];
  for (const { host, guest } of places) {
    if (host === undefined || !(await isAllowed(path.join(host, "bootstrap"), constants.F_OK))) continue;
    if (await isAllowed(path.join(host, "bootstrap"), constants.X_OK)) return guest;
    throw new InvalidEntrypoint(`fork/exec ${guest}: permission denied`);
  }
  const tried = places.map(({ guest }) => guest).join(" ");
  throw new InvalidEntrypoint(`Couldn't find valid bootstrap(s): [${tried}]`);
}

async function isAllowed(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
