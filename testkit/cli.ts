/** The program `lambkin` as users start it: to its end, or to be talked with, in a terminal of its own where one is asked for. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { after } from "node:test";
import type { ProgramResult } from "./clients.ts";
import { PROJECT } from "./server.ts";
import { waitFor } from "./wait.ts";

export const LAMBKIN = path.join(PROJECT, "src/cli/lambkin");

export interface CliOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a shell exports, without what this test run was started with. */
export function cliVariables(url: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { AWS_REGION: _region, AWS_DEFAULT_REGION: _other, FORCE_COLOR: _colour, ...env } = process.env;
  return { ...env, AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", ...more };
}

/** Runs to its end. */
export async function lambkin(
  url: string,
  args: readonly string[],
  { input, ...options }: CliOptions = {},
): Promise<ProgramResult> {
  const running = startProgram(url, [LAMBKIN, ...args], options);
  running.child.stdin?.end(input);
  const code = await running.ended;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

export interface RunningCli {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** With the exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Resolves when the pattern is in what it printed, on either stream. */
  shows(pattern: RegExp): Promise<void>;
}

const living = new Set<ChildProcess>();

// A test that failed has not ended what it started; the file would wait for it.
after(() => {
  for (const child of living) child.kill("SIGKILL");
});

/** `command` is a program with its arguments. */
export function startProgram(url: string, command: readonly string[], options: CliOptions = {}): RunningCli {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd ?? PROJECT,
    env: cliVariables(url, options.env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  living.add(child);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  // It may have ended before it read all it is given.
  child.stdin.on("error", () => {});
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  void ended.then(() => living.delete(child));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    async shows(pattern) {
      try {
        await waitFor(String(pattern), () => pattern.test(stdout + stderr) || undefined);
      } catch (error) {
        throw new Error(`${(error as Error).message}; it printed:\n${stdout}\n${stderr}`);
      }
    },
  };
}

export function startLambkin(url: string, args: readonly string[], options: CliOptions = {}): RunningCli {
  return startProgram(url, [LAMBKIN, ...args], options);
}

/** A terminal of 100 columns and 30 rows: what is written to stdin is typed, and what it shows is stdout. */
const IN_TERMINAL =
  "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(['sh', '-c', 'stty cols 100 rows 30; exec \"$@\"', 'sh', *sys.argv[1:]])))";

export function startInTerminal(
  url: string,
  command: readonly string[],
  options: CliOptions = {},
): RunningCli {
  const env = { TERM: "xterm-256color", ...options.env };
  return startProgram(url, ["python3", "-c", IN_TERMINAL, ...command], { ...options, env });
}
