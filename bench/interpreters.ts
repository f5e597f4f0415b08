/** The floor of cold starts: interpreters that start without a sandbox, without a platform, and print one line. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";

export type Interpreter = "Python" | "Node.js";

/** Where there is one: the first on PATH may be a script that looks for an interpreter, which takes longer than to start it. */
const SYSTEM_PYTHON = "/usr/bin/python3";
const PYTHON = existsSync(SYSTEM_PYTHON) ? SYSTEM_PYTHON : "python3";

const COMMANDS: Readonly<Record<Interpreter, { readonly of: string; readonly command: readonly string[] }>> =
  {
    Python: { of: "bare python3", command: [PYTHON, "-I", "-c", "print(1, flush=True); input()"] },
    "Node.js": {
      of: "bare node",
      command: [process.execPath, "-e", "console.log(1); process.stdin.resume()"],
    },
  };

export function bareName(interpreter: Interpreter): string {
  return COMMANDS[interpreter].of;
}

/** Milliseconds until each of `count` has printed, all started at once. Rejects where there is none. */
export async function bareStart(interpreter: Interpreter, count = 1): Promise<number> {
  const [program = "", ...args] = COMMANDS[interpreter].command;
  const startedMs = performance.now();
  const children: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: count }, () => {
        const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
        children.push(child);
        return new Promise<void>((resolve, reject) => {
          child.once("error", reject);
          child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
          child.stdout.once("data", () => resolve());
        });
      }),
    );
    return performance.now() - startedMs;
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}
