/** Compiles our Python code once for each interpreter: a sandbox sees it read-only and could never keep the result. */
import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Interpreter } from "./find-interpreters.ts";

const run = promisify(execFile);

/** Worth about five milliseconds of each cold start. Where the folder cannot be written, nothing is lost but those. */
export async function compileBootstraps(
  interpreters: readonly Interpreter[],
  pythonBootstrap: string,
): Promise<void> {
  const folder = path.join(pythonBootstrap, "lambkin_runtime");
  for (const { language, version, program } of interpreters) {
    if (language !== "python" || isCompiled(folder, version)) continue;
    await run(program, ["-m", "compileall", "-q", folder], { timeout: 30_000, env: {} }).catch(
      () => undefined,
    );
  }
}

/** Every source has a compiled file of this version that is not older. */
function isCompiled(folder: string, version: string): boolean {
  const suffix = `.cpython-${version.replace(".", "")}.pyc`;
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".py"))
      .every((name) => {
        const compiled = path.join(folder, "__pycache__", name.replace(/\.py$/, suffix));
        return statSync(compiled).mtimeMs >= statSync(path.join(folder, name)).mtimeMs;
      });
  } catch {
    return false;
  }
}
