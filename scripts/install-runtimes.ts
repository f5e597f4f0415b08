/** Puts the Node.js versions of the managed runtimes into `.cache/runtimes`, from npm's packages of the same name. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

const MAJORS = ["18", "20", "22", "24"];
const FOLDER = path.join(path.dirname(import.meta.dirname), ".cache/runtimes");
const isQuiet = process.argv.includes("--quiet");

let failures = 0;
for (const [index, major] of MAJORS.entries()) {
  const target = path.join(FOLDER, `nodejs${major}.x`);
  if (existsSync(path.join(target, "bin/node"))) {
    if (!isQuiet) console.log(`nodejs${major}.x is there`);
    continue;
  }
  console.log(`[${index + 1}/${MAJORS.length}] installing nodejs${major}.x …`);
  if (!install(major, target)) {
    failures++;
    console.error(`nodejs${major}.x could not be installed`);
  }
}
process.exit(failures === 0 ? 0 : 1);

function install(major: string, target: string): boolean {
  const system = process.platform === "darwin" ? "bin-darwin" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const scratch = path.join(FOLDER, `installing-${major}`);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const args = [
    "install",
    "--prefix",
    scratch,
    "--no-audit",
    "--no-fund",
    "--no-save",
    "--loglevel=error",
    `${name}@${major}`,
  ];
  const npm = process.env["npm_execpath"];
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { stdio: "inherit" })
    : spawnSync("npm", args, { stdio: "inherit" });
  const installed = path.join(scratch, "node_modules", name);
  const isThere = result.status === 0 && existsSync(path.join(installed, "bin/node"));
  if (isThere) {
    rmSync(target, { recursive: true, force: true });
    renameSync(installed, target);
  }
  rmSync(scratch, { recursive: true, force: true });
  return isThere;
}
