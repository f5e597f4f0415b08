/** A real server for a test: its own data folder, a port the system chose, gone when the test is. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { readConfig } from "../src/config/mod.ts";
import type { Clock } from "../src/kit/mod.ts";
import { startServer } from "../src/server.ts";

export const PROJECT = path.dirname(import.meta.dirname);

export interface TestServer {
  readonly url: string;
  readonly dataDir: string;
  readonly warnings: readonly string[];
  stop(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), "lambkin-test-"));
}

/** In this process: quick, and its stop is awaited. `settings` are LAMBKIN_* variables. */
export async function startTestServer(settings: Settings = {}, clock?: Clock): Promise<TestServer> {
  const dataDir = await temporaryFolder();
  const env = { ...process.env, LAMBKIN_PORT: "0", LAMBKIN_DATA_DIR: dataDir, ...settings };
  const server = await startServer(readConfig(env, dataDir), env, clock);
  return {
    url: server.url,
    dataDir,
    warnings: server.warnings,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a careless parent leaves open in the programs it starts. */
const LEFT_OPEN = Array.from({ length: 8 }, () => "ignore" as const);

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves with the exit code (null after a signal). */
  readonly exited: Promise<number | null>;
}

/**
 * In a process of its own, for tests that kill it; as another user where root asks for one. `starter` is a program, with
 * its arguments, that ends by executing the rest. Rejects with its output when it ends before it is ready.
 */
export async function spawnServer(
  dataDir: string,
  settings: Settings = {},
  userId?: number,
  starter: readonly string[] = [],
): Promise<ServerProcess> {
  const command = [process.execPath, path.join(PROJECT, "src/start.mjs")];
  const prefix =
    userId === undefined
      ? []
      : ["setpriv", `--reuid=${userId}`, `--regid=${userId}`, "--clear-groups", "--inh-caps=-all", "--"];
  const [program = "", ...args] = [...starter, ...prefix, ...command];
  const child = spawn(program, args, {
    cwd: dataDir,
    env: { ...process.env, LAMBKIN_PORT: "0", LAMBKIN_DATA_DIR: dataDir, ...settings },
    stdio: ["ignore", "pipe", "pipe", ...LEFT_OPEN],
  });
  let output = "";
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  child.stderr?.on("data", (chunk) => {
    output += String(chunk);
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout as Readable).on("line", (line) => {
      output += `${line}\n`;
      const ready = /ready at (\S+)/.exec(line)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    void exited.then((code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
  return { url, child, output: () => output, exited };
}
