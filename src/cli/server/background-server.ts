/** A server that runs in the background: started, remembered by its port in the user's state folder, and ended. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CLI_LIMITS } from "../../config/mod.ts";
import { CliError } from "../cli-error.ts";
import { identityOf } from "./process-identity.ts";

export interface BackgroundServer {
  readonly processId: number;
  /** Tells it from a later process of the same number. */
  readonly identity: string;
  readonly endpoint: string;
  readonly dataDir: string;
  readonly logFile: string;
}

export const SERVER_PROGRAM = path.join(import.meta.dirname, "../../start.mjs");

const { serverReadyMsMax, serverStopMsMax } = CLI_LIMITS;
const LOOK_MS = 20;

/** Resolves when it answers. Rejects with CliError and what it printed when it ends before. */
export async function startInBackground(
  env: NodeJS.ProcessEnv,
  dataDir: string,
): Promise<BackgroundServer & { readonly output: string }> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const logFile = path.join(dataDir, "server.log");
  const log = openSync(logFile, "w", 0o600);
  const child = spawn(process.execPath, [SERVER_PROGRAM], {
    env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let hasEnded = false;
  child.once("exit", () => {
    hasEnded = true;
  });
  child.once("error", () => {
    hasEnded = true;
  });
  const deadlineMs = performance.now() + serverReadyMsMax;
  for (;;) {
    const output = readFileSync(logFile, "utf8");
    const endpoint = /ready at (\S+) \(data in/.exec(output)?.[1];
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (endpoint !== undefined && child.pid !== undefined && identity !== undefined) {
      child.unref();
      const server = { processId: child.pid, identity, endpoint, dataDir, logFile };
      remember(server);
      return { ...server, output };
    }
    if (hasEnded) throw new CliError(`The server did not start.\n${output.trim()}`);
    if (performance.now() > deadlineMs) {
      child.kill();
      throw new CliError(
        `The server was not ready after ${serverReadyMsMax / 1000} s; ${logFile} may say why.`,
      );
    }
    await wait(LOOK_MS);
  }
}

/** The one that was started for this port, if it lives. */
export function findBackgroundServer(endpoint: string): BackgroundServer | undefined {
  try {
    const server = JSON.parse(readFileSync(fileOf(endpoint), "utf8")) as BackgroundServer;
    return identityOf(server.processId) === server.identity ? server : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves when its process is gone. Rejects with CliError when it does not end. */
export async function stopBackgroundServer(server: BackgroundServer): Promise<void> {
  process.kill(server.processId, "SIGTERM");
  const deadlineMs = performance.now() + serverStopMsMax;
  while (identityOf(server.processId) === server.identity) {
    if (performance.now() > deadlineMs) {
      throw new CliError(`Process ${server.processId} has not ended after ${serverStopMsMax / 1000} s.`);
    }
    await wait(LOOK_MS);
  }
  rmSync(fileOf(server.endpoint), { force: true });
}

function remember(server: BackgroundServer): void {
  const file = fileOf(server.endpoint);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(server)}\n`, { mode: 0o600 });
}

/** By port: a machine has one server there, whatever name it was called by. */
function fileOf(endpoint: string): string {
  const { port, protocol } = new URL(endpoint);
  const state = process.env["XDG_STATE_HOME"] || path.join(os.homedir(), ".local/state");
  return path.join(state, "lambkin/servers", `${port || (protocol === "https:" ? 443 : 80)}.json`);
}
