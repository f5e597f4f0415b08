/** `lambkin doctor`: what this machine can isolate and run, and what to do about the rest. Needs no server. */
import type { Command } from "commander";
import { connectionOf, optionsOf } from "../connection.ts";
import type { Finding } from "../doctor/finding.ts";
import { paint, print, printJson } from "../output.ts";
import { startProgress } from "../progress.ts";

const MARKS = {
  ok: { mark: "ok", style: "green" },
  warn: { mark: "warn", style: "yellow" },
  missing: { mark: "missing", style: "red" },
} as const;

export function define(command: Command): void {
  command.action(async () => {
    const options = optionsOf(command);
    const progress = startProgress("trying what this machine can do …");
    let findings: Finding[];
    try {
      findings = await examine(options);
    } finally {
      progress.end();
    }
    const isComplete = findings.every(({ state }) => state !== "missing");
    if (options.json) printJson({ ok: isComplete, findings });
    else show(findings);
    if (!isComplete) process.exitCode = 1;
  });
}

async function examine(options: object): Promise<Finding[]> {
  const [isolation, kernel, runtimes, place] = await Promise.all([
    import("../doctor/isolation.ts"),
    import("../doctor/kernel.ts"),
    import("../doctor/runtimes.ts"),
    import("../doctor/place.ts"),
  ]);
  const [isolated, found, placed] = await Promise.all([
    isolation.isolationFindings(),
    runtimes.runtimeFindings(),
    place.placeFindings(connectionOf(options)),
  ]);
  return [...isolated, ...kernel.kernelFindings(), ...found, ...placed];
}

function show(findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, state, text, help } of findings) {
    const { mark, style } = MARKS[state];
    print(`${paint(style, mark.padEnd(7))}  ${name.padEnd(width)}  ${text}`);
    if (help !== undefined) print(`${" ".repeat(9 + width)}  ${paint("cyan", `→ ${help}`)}`);
  }
}
