/** debugpy for Python functions that do not bring it: fetched by pip when it is first asked for, and kept. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Closed } from "../sandbox/sandbox.ts";

const VERSION = "1.8.22";
const INSTALL_MS_MAX = 60_000;

const run = promisify(execFile);

export class Debugpy {
  readonly #folder: string;
  #installing: Promise<string> | undefined;

  /** `cache` holds what can be fetched again. */
  constructor(cache: string) {
    this.#folder = path.join(cache, `debugpy-${VERSION}`);
  }

  /** A folder for PYTHONPATH. `pythons` are programs of which one may have pip. Rejects with Closed, which says why. */
  async folder(pythons: readonly string[]): Promise<string> {
    if (existsSync(this.#folder)) return this.#folder;
    this.#installing ??= this.#install(pythons).finally(() => {
      this.#installing = undefined;
    });
    return this.#installing;
  }

  async #install(pythons: readonly string[]): Promise<string> {
    await mkdir(path.dirname(this.#folder), { recursive: true });
    const made = await mkdtemp(`${this.#folder}-`);
    const trouble: string[] = [];
    for (const python of new Set(pythons)) {
      try {
        await run(python, [...PIP, "--target", made, `debugpy==${VERSION}`], { timeout: INSTALL_MS_MAX });
        await rename(made, this.#folder);
        return this.#folder;
      } catch (error) {
        if (existsSync(this.#folder)) return this.#folder;
        const said = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1);
        trouble.push(`${python}: ${said || (error as Error).message}`);
      }
    }
    await rm(made, { recursive: true, force: true });
    throw new Closed(
      `debugpy is not in the function's package, and pip could not fetch it (${trouble.join("; ") || "no Python with pip"})`,
    );
  }
}

/** The package without compiled parts, which every version of Python can load. */
const PIP = [
  ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"],
  ...["--implementation", "py", "--abi", "none", "--platform", "any"],
];
