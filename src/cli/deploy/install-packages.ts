/** Installs what a Python function's `requirements.txt` names into a folder of its own, once for the same list. */
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CLI_LIMITS } from "../../config/mod.ts";
import { CliError } from "../cli-error.ts";

export const REQUIREMENTS = "requirements.txt";

const run = promisify(execFile);

/** The folder with the packages. Rejects with CliError and pip's words. */
export async function installPackages(folder: string, runtime: string): Promise<string> {
  const version = /^python(\d+\.\d+)$/.exec(runtime)?.[1];
  if (version === undefined) throw new CliError(`--install is for Python functions, not for ${runtime}.`);
  const file = path.join(folder, REQUIREMENTS);
  const requirements = await readFile(file).catch(() => undefined);
  if (requirements === undefined) throw new CliError(`--install needs a ${REQUIREMENTS} in ${folder}.`);
  const key = createHash("sha256").update(requirements).update(`\0${version}\0${process.arch}`).digest("hex");
  const cache = path.join(
    process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"),
    "lambkin/packages",
  );
  const target = path.join(cache, key.slice(0, 32));
  if (existsSync(target)) return target;
  await mkdir(cache, { recursive: true });
  // Complete or not there at all: a folder that was interrupted must not pass for one.
  const half = `${target}.${randomBytes(4).toString("hex")}`;
  try {
    const [program, ...choice] = await pipFor(version);
    const common = ["install", "--quiet", "--no-compile", "--disable-pip-version-check", "--target", half];
    await run(program ?? "", [...choice.slice(0, 2), ...common, ...choice.slice(2), "-r", file], {
      maxBuffer: CLI_LIMITS.pipOutputBytesMax,
      env: { ...process.env, PIP_ROOT_USER_ACTION: "ignore" },
    });
    await rename(half, target);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    const { stderr, message } = error as Error & { stderr?: string };
    throw new CliError(`pip could not install ${REQUIREMENTS}:\n${(stderr || message).trim()}`);
  }
  return target;
}

/** The Python of that version where there is one; any other takes ready-made packages for it. */
async function pipFor(version: string): Promise<string[]> {
  for (const program of [`python${version}`, "python3"]) {
    try {
      const { stdout } = await run(program, ["-c", "import pip,sys;print('%d.%d'%sys.version_info[:2])"]);
      const pip = [program, "-m", "pip"];
      if (stdout.trim() === version) return pip;
      return [...pip, "--python-version", version, "--implementation", "cp", "--only-binary=:all:"];
    } catch {
      // Not there, or without pip: the next one.
    }
  }
  throw new CliError("there is no python3 with pip (`apt-get install python3-pip`)");
}
