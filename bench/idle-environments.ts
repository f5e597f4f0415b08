/**
 * What idle environments cost another function's warm calls: as many real ones as the machine's memory allows, up to all that
 * a server keeps. A second server without any is measured in turn, so that a slow moment of the machine hits both.
 */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { ENVIRONMENT_LIMITS } from "../src/config/mod.ts";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction } from "../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../testkit/server.ts";
import { settled } from "./health.ts";
import { invocation, PYTHON_HELLO } from "./hello.ts";
import { firstCalls, latency } from "./measure.ts";
import { type Row, row } from "./rows.ts";

const RUNS = 7;
const CALLS = 2000;
const WARM_UP_CALLS = 1000;
/** The called function's own environment is one of all, too. */
const IDLE_MAX = ENVIRONMENT_LIMITS.environmentsMax - 1;
/** Made at once; then memory is looked at. */
const STEP = 50;
/** Of what was free at first, this share may be taken: other programs live here, too. */
const MEMORY_SHARE = 0.5;
const SETTINGS = { LAMBKIN_IDLE_MEMORY_MB: "100000000", LAMBKIN_KEEP_ALIVE_SECONDS: "86400" };
const CALLED = "called";

interface Figures {
  readonly p50: number[];
  readonly p99: number[];
}

export async function idleEnvironmentRows(progress: (what: string) => void): Promise<Row[]> {
  return withServers(async (full, empty) => {
    for (const { url } of [full, empty]) {
      await createFunction(lambdaClient(url), CALLED, PYTHON_HELLO);
      await latency(portOf(url), [invocation(CALLED)], WARM_UP_CALLS);
    }
    const before = await inTurn(full, empty, "no idle environments", progress);
    const freeKib = availableKib();
    const idle = await fill(full, progress);
    const takenMib = (freeKib - availableKib()) / 1024;
    const after = await inTurn(full, empty, `${idle} idle environments`, progress);
    const note = `${idle.toLocaleString("en")} of them`;
    const under = (runs: readonly number[]) => ({ of: "without them", runs });
    const rowsOf = (name: string, now: Figures, was: Figures): Row[] => [
      { ...row(`${name}, p50`, "ms", now.p50, under(was.p50)), note },
      { ...row(`${name}, p99`, "ms", now.p99, under(was.p99)), note },
    ];
    return [
      ...rowsOf("Python: warm call beside idle environments", after.full, before.full),
      ...rowsOf("Python: the same on a server that has none", after.empty, before.empty),
      { ...row("Python: memory of the machine for an idle environment", "MiB", [takenMib / idle]), note },
    ];
  });
}

async function inTurn(
  full: ServerProcess,
  empty: ServerProcess,
  what: string,
  progress: (what: string) => void,
): Promise<{ full: Figures; empty: Figures }> {
  const figures = { full: { p50: [], p99: [] } as Figures, empty: { p50: [], p99: [] } as Figures };
  for (let run = 0; run < RUNS; run++) {
    progress(`${what}, run ${run + 1} of ${RUNS}`);
    for (const [server, { p50, p99 }] of [
      [full, figures.full],
      [empty, figures.empty],
    ] as const) {
      const measured = await latency(portOf(server.url), [invocation(CALLED)], CALLS);
      p50.push(measured.p50Ms);
      p99.push(measured.p99Ms);
    }
  }
  return figures;
}

/** One environment each of so many functions; how many there are when all stand still. */
async function fill({ url }: ServerProcess, progress: (what: string) => void): Promise<number> {
  const leastKib = availableKib() * (1 - MEMORY_SHARE);
  let idle = 0;
  while (idle < IDLE_MAX && availableKib() > leastKib) {
    const names = Array.from(
      { length: Math.min(STEP, IDLE_MAX - idle) },
      (_, index) => `idle-${idle + index}`,
    );
    for (const name of names) await createFunction(lambdaClient(url), name, PYTHON_HELLO);
    await firstCalls(portOf(url), names.map(invocation), async () => {});
    idle += names.length;
    progress(`${idle} idle environments, ${Math.round(availableKib() / 1024)} MiB free`);
  }
  // Frozen, and the last sandbox made that waits.
  await settled(url);
  return idle;
}

async function withServers(
  work: (full: ServerProcess, empty: ServerProcess) => Promise<Row[]>,
): Promise<Row[]> {
  const folders = [await temporaryFolder(), await temporaryFolder()] as const;
  const full = await spawnServer(folders[0], SETTINGS);
  const empty = await spawnServer(folders[1], SETTINGS);
  try {
    return await work(full, empty);
  } finally {
    for (const { child } of [full, empty]) child.kill("SIGTERM");
    await Promise.all([full.exited, empty.exited]);
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  }
}

function availableKib(): number {
  return Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "latin1"))?.[1]);
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
