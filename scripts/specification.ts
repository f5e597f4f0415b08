/** docs/SPECIFICATION.md promises a constant and a test for each rule, and a row of the bench for each speed: here is whether they exist. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { TARGETS, targetText } from "../bench/targets.ts";
import * as limits from "../src/config/limits.ts";

const PROJECT = path.dirname(import.meta.dirname);
const HEADS = ["| limit |", "| rule |", "| promise |"];
const CELLS_OF_SPEED = 4;
const TEST = /^`([^`]+\.ts)`: (.+)$/;

/** One sentence for each promise that is not kept. */
export function brokenPromises(): string[] {
  const text = readFileSync(path.join(PROJECT, "docs/SPECIFICATION.md"), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !HEADS.some((head) => line.startsWith(head)))
    .map((line) => line.slice(2, -2).split(" | "));
  const problems = rows.length === 0 ? ["there are no rows"] : [];
  problems.push(...brokenTargets(rows.filter((row) => row.length === CELLS_OF_SPEED)));
  for (const row of rows) {
    const [rule = "", , constant] = row;
    if (row.length === 5 && !isConstant(constant ?? "")) problems.push(`${rule}: no constant ${constant}`);
    const [, file = "", title = ""] = TEST.exec(row.at(-1) ?? "") ?? [];
    if (!existsSync(path.join(PROJECT, file)) || file === "") problems.push(`${rule}: no file ${row.at(-1)}`);
    else if (!readFileSync(path.join(PROJECT, file), "utf8").includes(title)) {
      problems.push(`${rule}: ${file} has no test "${title}"`);
    }
  }
  return problems;
}

/** The document and the bench promise the same. */
function brokenTargets(rows: readonly (readonly string[])[]): string[] {
  const quoted = new Map(rows.map((row) => [TEST.exec(row.at(-1) ?? "")?.[2], row[1]]));
  return TARGETS.filter((target) => quoted.get(target.what) !== targetText(target)).map(
    (target) =>
      `${target.what}: the bench's target is ${targetText(target)}, quoted: ${quoted.get(target.what)}`,
  );
}

function isConstant(quoted: string): boolean {
  const name = quoted.replaceAll("`", "");
  return Object.values(limits).some((group) => name in group);
}
