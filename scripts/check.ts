/** What must hold before any test is worth running: format, lint, the layers' direction, types. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { layerViolations } from "./layers.ts";
import { parityIsCurrent } from "./parity.ts";
import { brokenPromises } from "./specification.ts";

const PROJECT = path.dirname(import.meta.dirname);
const BIN = path.join(PROJECT, "node_modules/.bin");

const STEPS: readonly (readonly [string, () => boolean])[] = [
  ["format and lint", () => run("biome", ["check", "--error-on-warnings", "."])],
  ["layers", layersHold],
  ["docs/PARITY.md is current (else: node scripts/parity.ts)", parityIsCurrent],
  ["docs/SPECIFICATION.md names constants and tests that exist", specificationHolds],
  ["types", () => run("tsc", ["-p", "."])],
  ["types of the console", consoleTypesHold],
];

let failed = 0;
for (const [name, step] of STEPS) {
  const startedMs = performance.now();
  const ok = step();
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  if (!ok) failed++;
}
process.exit(failed === 0 ? 0 : 1);

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(path.join(BIN, program), args, { cwd: PROJECT, stdio: "inherit" }).status === 0;
}

/** Its packages are its own: where they could not be installed there is nothing to check against. */
function consoleTypesHold(): boolean {
  if (existsSync(path.join(PROJECT, "console/node_modules"))) return run("tsc", ["-p", "console"]);
  console.log("  SKIPPED: console/node_modules is not there (node scripts/setup.mjs)");
  return true;
}

function specificationHolds(): boolean {
  const problems = brokenPromises();
  for (const problem of problems) console.error(`  ${problem}`);
  return problems.length === 0;
}

function layersHold(): boolean {
  const violations = layerViolations(path.join(PROJECT, "src"));
  for (const violation of violations) console.error(`  ${violation}`);
  return violations.length === 0;
}
