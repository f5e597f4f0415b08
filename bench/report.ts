/** What was measured where: printed, and written to `bench/results/`. */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PROJECT } from "../testkit/server.ts";

export interface Report {
  /** One after the other, an empty line between them. */
  readonly tables: readonly (readonly string[])[];
  /** The same for programs. */
  readonly figures: Readonly<Record<string, unknown>>;
}

export function machineTitle(isolation: string): string {
  const { cores, cpu, memoryGib, kernel, node } = machine();
  return `Commit ${commit()}, ${today()}, isolation ${isolation}, ${cores} cores (${cpu}), ${memoryGib} GiB, Linux ${kernel}, Node ${node}`;
}

export function print({ tables }: Pick<Report, "tables">, isolation: string): void {
  console.log(`\n${machineTitle(isolation)}\n\n${text(tables)}`);
}

export async function write({ tables, figures }: Report, isolation: string): Promise<void> {
  const folder = path.join(PROJECT, "bench/results");
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${today()}-${commit()}`);
  const whole = { commit: commit(), isolation, machine: machine(), ...figures };
  await writeFile(`${file}.json`, `${JSON.stringify(whole, undefined, 2)}\n`);
  await writeFile(`${file}.md`, `# Bench\n\n${machineTitle(isolation)}\n\n${text(tables)}\n`);
  console.log(`\nWritten to ${path.relative(PROJECT, file)}.md`);
}

function text(tables: Report["tables"]): string {
  return tables.map((lines) => lines.join("\n")).join("\n\n");
}

function commit(): string {
  return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: PROJECT, encoding: "utf8" }).trim();
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machine() {
  return {
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.cpus().length,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
  };
}
