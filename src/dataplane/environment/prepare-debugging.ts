/** Whether a function version can have a debugger on this machine, and which. */
import path from "node:path";
import type { FunctionVersion } from "../../model/mod.ts";
import type { Debugpy } from "../runtimes/debugpy.ts";
import { Closed } from "../sandbox/sandbox.ts";
import { bringsDebugpy, type Debugging } from "./debugging.ts";
import { filesOf, runtimeFolders, type SandboxParts } from "./start-sandbox.ts";

export interface DebuggingParts extends Pick<SandboxParts, "driver" | "runtimes" | "code"> {
  readonly debugpy: Debugpy;
  /** Python programs of this machine. */
  readonly pythons: readonly string[];
}

/** Rejects with Closed where the version cannot be debugged. */
export async function prepareDebugging(
  parts: DebuggingParts,
  target: FunctionVersion,
  waits: boolean,
): Promise<Debugging> {
  const choice = parts.runtimes.choose(target.settings.Runtime ?? "");
  const language = choice?.runtime.language;
  if (choice === undefined || (language !== "nodejs" && language !== "python")) {
    throw new Closed(
      `there is a debugger for Node.js and Python only, and this is ${target.settings.Runtime ?? "an image"}`,
    );
  }
  const files = await filesOf(parts, target);
  const folders = { ...files, ...runtimeFolders(parts, choice) };
  const { code: codeFolder } = parts.driver.guestPaths(folders);
  const brings = bringsDebugpy(files.code) || bringsDebugpy(path.join(files.layers ?? "", "python"));
  const program = choice.interpreter?.program;
  const pythons = [...(program === undefined ? [] : [program]), ...parts.pythons];
  const debugpy = language === "python" && !brings ? await parts.debugpy.folder(pythons) : undefined;
  return { language, waits, debugpy, codeFolder };
}
