/** `npm test`: the checks, then every test; names on the command line narrow it to the files that contain them. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import path from "node:path";

const PROJECT = path.dirname(import.meta.dirname);
const names = process.argv.slice(2);

/** Tests of the runtimes' own code find the installed versions there. */
const env = { LAMBKIN_RUNTIMES_DIR: path.join(PROJECT, ".cache/runtimes"), ...process.env };

function run(args: readonly string[]): number {
  return spawnSync(process.execPath, args, { cwd: PROJECT, stdio: "inherit", env }).status ?? 1;
}

if (names.length === 0 && run(["scripts/check.ts"]) !== 0) process.exit(1);

const files = ["src/**/*.test.ts", "scripts/**/*.test.ts", "tests/**/*.test.ts"]
  .flatMap((pattern) => globSync(pattern, { cwd: PROJECT }))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort();
// Two files at a time: each starts servers and runtimes of its own.
process.exit(
  run(["--test", "--test-concurrency=2", "--test-timeout=180000", "--test-reporter=spec", ...files]),
);
