/**
 * Has the modules of a function compiled in a sandbox of its own, in which nothing of the function runs: V8 reads its files and
 * writes what it made of them to the control socket. The sandbox is trusted no more than any other.
 */
import { randomBytes } from "node:crypto";
import { COMPILED_LIMITS, ENVIRONMENT_LIMITS, LAMBDA_LIMITS } from "../../config/mod.ts";
import { deferred } from "../../kit/mod.ts";
import type { CompiledFile } from "../../store/mod.ts";
import { startupVariables } from "../environment/environment-variables.ts";
import { endUnused, takePlace } from "../environment/place.ts";
import { runtimeArguments } from "../environment/runtime-command.ts";
import { type FunctionFiles, runtimeFolders, type SandboxParts } from "../environment/start-sandbox.ts";
import { compileFrame, FROM_GUEST, FrameReader } from "../runtime-api/frames.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import { type FilesEnd, ReceivedFiles } from "./received-files.ts";

export interface CompileRequest {
  readonly choice: RuntimeChoice;
  readonly files: FunctionFiles;
  /** Paths as the guest sees them; whoever named them may have lied. */
  readonly modules: readonly string[];
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A runtime that finds it compiles what it is told to, in this folder of its own, and ends. */
const COMPILER_VARIABLE = "_LAMBKIN_COMPILER";
const COMPILER_FOLDER = "/tmp/compiled";

/** Empty where it came to nothing. Rejects when the machine cannot start a sandbox. */
export async function compileModules(parts: SandboxParts, request: CompileRequest): Promise<CompiledFile[]> {
  const { driver, starts, clock } = parts;
  const { choice, files, modules, signal } = request;
  const folders = { ...files, ...runtimeFolders(parts, choice) };
  const paths = driver.guestPaths(folders);
  const place = await takePlace(parts, LAMBDA_LIMITS.ephemeralStorageMibDefault);
  const id = randomBytes(16).toString("hex");
  const starting = starts.run(`compile ${id}`, () =>
    driver.start({
      sandboxId: `${id}-0`,
      tmp: place.volume.folder,
      network: place.slot,
      mountNamespace: place.volume.mountNamespace,
      folders,
      mounts: [],
      command: runtimeArguments(choice, paths),
      variables: { ...startupVariables(choice, paths), [COMPILER_VARIABLE]: COMPILER_FOLDER },
      memoryMib: COMPILED_LIMITS.compileMemoryMib,
      extensions: [],
      hiddenFromExtensions: [],
    }),
  );
  const sandbox = await starting.catch(async (error: unknown) => {
    await place.release();
    throw error;
  });
  const end = deferred<FilesEnd>();
  const received = new ReceivedFiles(end.resolve);
  const reader = new FrameReader({
    bytesMax: ENVIRONMENT_LIMITS.frameBytesMax,
    onFrame: (type, body) => {
      if (type === FROM_GUEST.compiled) received.add(body);
      if (type === FROM_GUEST.compiledAll) received.end();
    },
    // One file less.
    onOversized: () => {},
  });
  sandbox.control.on("data", (chunk: Buffer) => reader.push(chunk));
  sandbox.control.on("error", () => {});
  sandbox.logs.resume();
  void sandbox.exited.then(() => end.resolve("broken"));
  const giveUp = (): void => end.resolve("broken");
  const timer = clock.after(COMPILED_LIMITS.compileMsMax, giveUp);
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  sandbox.control.write(compileFrame(modules));
  try {
    return (await end.promise) === "whole" ? received.files : [];
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", giveUp);
    await endUnused({ sandbox, place });
  }
}
