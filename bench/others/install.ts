/** Programs that only the bench wants: exact versions from npm, in `.cache/bench`, no part of the project. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { PROJECT } from "../../testkit/server.ts";

const INSTALL_MS_MAX = 10 * 60_000;

/**
 * The folder that has `packages` in its node_modules; installed where they are not. No script of a package runs.
 * Rejects with npm's words when npm fails.
 */
export async function installed(name: string, packages: Readonly<Record<string, string>>): Promise<string> {
  const wanted = Object.entries(packages).map(([each, version]) => `${each}@${version}`);
  const folder = path.join(PROJECT, ".cache/bench", name);
  const marker = path.join(folder, `${wanted.join("+")}.installed`);
  if (existsSync(marker)) return folder;
  console.error(`bench: installing ${wanted.join(" and ")} into .cache/bench/${name} …`);
  await mkdir(folder, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--no-package-lock"];
  const args = ["install", "--prefix", folder, "--ignore-scripts", ...quiet, ...wanted];
  // Set when npm runs the bench; that npm has a JavaScript file for a name.
  const npm = process.env["npm_execpath"];
  const [command, before] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const done = spawnSync(command, [...before, ...args], { timeout: INSTALL_MS_MAX, encoding: "utf8" });
  if (done.status !== 0) {
    throw new Error(`npm install failed: ${(done.error?.message ?? done.stderr).trim().split("\n")[0]}`);
  }
  await writeFile(marker, "");
  return folder;
}
