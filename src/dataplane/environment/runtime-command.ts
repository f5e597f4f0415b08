/** How the runtime of a function is started. */
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { invariant } from "../../errors/mod.ts";
import type { FunctionSettings, ManagedLanguage } from "../../model/mod.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { GuestPaths, SandboxFolders } from "../sandbox/sandbox.ts";
import { Unstartable } from "./init-phase.ts";

export interface RuntimeCommandInput {
  readonly choice: RuntimeChoice;
  readonly folders: SandboxFolders;
  readonly paths: GuestPaths;
  readonly settings: FunctionSettings;
  /** Put before our client: of an interpreter's own options they are the last. */
  readonly debuggerArguments?: readonly string[] | undefined;
}

/** Whether it takes invocations from the Runtime API; the others have a socket of their own. */
export function speaksHttp({ runtime }: RuntimeChoice): boolean {
  return runtime.language === "provided" || runtime.language === "java";
}

/** Guest paths, the program first. Throws Unstartable. */
export async function runtimeCommand(input: RuntimeCommandInput): Promise<string[]> {
  const { choice, folders, paths, settings } = input;
  const { interpreter } = choice;
  if (interpreter === undefined) return [await findBootstrap(folders, paths)];
  const runtime = runtimeArguments(choice, paths);
  runtime.splice(-1, 0, ...(input.debuggerArguments ?? []));
  const command = [...runtime, ...functionArguments(input)];
  const wrapper = settings.Environment?.Variables?.["AWS_LAMBDA_EXEC_WRAPPER"];
  return wrapper === undefined ? command : wrapped(wrapper, command, paths);
}

/** The program of a managed runtime and what is the same for every function. */
export function runtimeArguments({ interpreter }: RuntimeChoice, paths: GuestPaths): string[] {
  invariant(interpreter !== undefined, "a custom runtime has no program of its own");
  const { options, entry } = STARTS[interpreter.language];
  return [
    paths.interpreter(interpreter.program),
    ...options,
    ...(entry === undefined ? [] : [path.join(paths.runtime, entry)]),
  ];
}

/** In a sandbox that is to get a copy of the same runtime. */
export function receiverArguments({ interpreter }: RuntimeChoice, paths: GuestPaths): string[] {
  invariant(interpreter !== undefined, "a custom runtime has no program of its own");
  // Nothing but the standard library, and none of what sites add to it.
  return [paths.interpreter(interpreter.program), "-I", "-S", path.join(paths.runtime, "receive_copy.py")];
}

const STARTS: Readonly<Record<ManagedLanguage, { options: readonly string[]; entry: string | undefined }>> = {
  // What `-S` leaves out, packages.py does in part.
  python: { options: ["-S"], entry: "bootstrap.py" },
  nodejs: { options: [], entry: "bootstrap.mjs" },
  ruby: { options: [], entry: "bootstrap.rb" },
  java: { options: [], entry: undefined },
};

function functionArguments({ choice, paths, settings }: RuntimeCommandInput): string[] {
  if (choice.runtime.language !== "java") return [];
  const client = ["-cp", path.join(paths.runtime, "*"), JAVA_CLIENT];
  return [...javaTuning(settings), ...client, settings.Handler ?? ""];
}

/** Short-lived and small: quick to start and modest in memory. What the function tunes itself is left to it. */
function javaTuning({ MemorySize, Environment }: FunctionSettings): string[] {
  const own = Environment?.Variables["JAVA_TOOL_OPTIONS"] ?? "";
  return [
    ...(/-XX:\+Use\w*GC/.test(own) ? [] : ["-XX:+UseSerialGC"]),
    ...(own.includes("TieredStopAtLevel") ? [] : ["-XX:TieredStopAtLevel=1"]),
    ...(/-Xmx|MaxRAM/.test(own) ? [] : [`-Xmx${Math.floor(MemorySize * JAVA_HEAP_SHARE)}m`]),
  ];
}

/** AWS's own runtime client for Java, from its registry. */
const JAVA_CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
/** Of MemorySize; the rest is for what the virtual machine needs beside its heap. */
const JAVA_HEAP_SHARE = 0.85;

/**
 * The script that a managed runtime is to be started by, and what it starts. A shell looks for it, as on AWS: a script
 * that is not there is exit status 127. Source: "Modifying the runtime environment" page.
 */
function wrapped(wrapper: string, command: readonly string[], paths: GuestPaths): string[] {
  // Without isolation code and layers are elsewhere.
  const script = wrapper.replace(/^\/opt(?=\/)/, paths.layers).replace(/^\/var\/task(?=\/)/, paths.code);
  return ["/bin/sh", "-c", 'exec "$@"', "sh", script, ...command];
}

/** The function's own comes before one of a layer. The texts are the platform's (widely seen). Throws Unstartable. */
async function findBootstrap(folders: SandboxFolders, paths: GuestPaths): Promise<string> {
  const places = [
    { host: folders.code, guest: path.join(paths.code, "bootstrap") },
    { host: folders.layers, guest: path.join(paths.layers, "bootstrap") },
  ];
  for (const { host, guest } of places) {
    if (host === undefined || !(await isAllowed(path.join(host, "bootstrap"), constants.F_OK))) continue;
    if (await isAllowed(path.join(host, "bootstrap"), constants.X_OK)) return guest;
    throw new Unstartable(`fork/exec ${guest}: permission denied`);
  }
  const tried = places.map(({ guest }) => guest).join(" ");
  throw new Unstartable(`Couldn't find valid bootstrap(s): [${tried}]`);
}

async function isAllowed(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
