/** A server that nobody calls: how soon it is ready, and what it holds a little later. */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { spawnServer, temporaryFolder } from "../testkit/server.ts";
import { ECHO, startEcho } from "./program.ts";
import { type Row, row } from "./rows.ts";

const RUNS = 5;
const IDLE_MS = 3000;

export async function idleServerRows(progress: (what: string) => void): Promise<Row[]> {
  const ready: number[] = [];
  const memory: number[] = [];
  const echo = { ready: [] as number[], memory: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    progress(`idle server, run ${run + 1} of ${RUNS}`);
    const dataDir = await temporaryFolder();
    const startedMs = performance.now();
    const server = await spawnServer(dataDir);
    ready.push(performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    memory.push(residentMib(server.child.pid));
    server.child.kill("SIGTERM");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
    const echoStartedMs = performance.now();
    const bare = await startEcho();
    echo.ready.push(performance.now() - echoStartedMs);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    echo.memory.push(residentMib(bare.child.pid));
    await bare.stop();
  }
  return [
    row("Server: start to the ready line", "ms", ready, { of: ECHO, runs: echo.ready }),
    row("Server: resident, idle", "MiB", memory, { of: ECHO, runs: echo.memory }),
  ];
}

/** Of a living process. */
export function residentMib(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
