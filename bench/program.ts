/** Programs that a bench measures: started, waited for until they say where they listen, and gone when the bench is. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface Program {
  readonly child: ChildProcess;
  /** What `ready` made of the line that said so. */
  readonly port: number;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The descriptor on which the program says where it listens; standard output by default. */
  readonly readyDescriptor?: number;
  /** The port in a line of it, where it is the line. */
  readonly ready: (line: string) => number | undefined;
}

const READY_MS_MAX = 60_000;

/** Rejects when it ends, or does not say where it listens in a minute. */
export async function startProgram(command: string, options: ProgramOptions): Promise<Program> {
  const { args, cwd, env = {}, readyDescriptor = 1, ready } = options;
  const stdio = ["ignore", "ignore", "ignore", "ignore"].map((other, descriptor) =>
    descriptor === readyDescriptor ? "pipe" : (other as "ignore"),
  );
  const child = spawn(command, args, { ...(cwd !== undefined && { cwd }), env, stdio });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    process.removeListener("exit", kill);
    kill();
    await exited;
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const giveUp = setTimeout(() => reject(new Error(`${command} is not ready in time`)), READY_MS_MAX);
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`${command} ended with ${code}`)));
  createInterface(child.stdio[readyDescriptor] as Readable).on("line", (line) => {
    const port = ready(line);
    if (port !== undefined) resolve(port);
  });
  try {
    return { child, port: await promise, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(giveUp);
  }
}

export const ECHO = "bare echo";

/** The floor of everything that is measured over HTTP. */
export function startEcho(): Promise<Program> {
  return startProgram(process.execPath, {
    args: [`${import.meta.dirname}/echo-server.ts`],
    ready: (line) => Number(line),
  });
}
