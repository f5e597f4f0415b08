/**
 * `npm run bench`: warm and cold calls of hello functions, fully isolated and logged, beside a bare HTTP echo measured in
 * the same run; and what it costs that there are many functions. Prints tables and writes them with machine and commit to `bench/results/`. Fails nothing.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, NODE, nodeZip, pythonZip } from "../testkit/functions.ts";
import { PROJECT, spawnServer, temporaryFolder } from "../testkit/server.ts";
import { type DriverCost, driverCosts, driverTable } from "./drivers.ts";
import { type Curve, curveTable, manyFunctions } from "./many-functions.ts";
import { firstCalls, latency, throughput } from "./measure.ts";
import { post } from "./raw-http-client.ts";
import { percentile, type Spread, spread } from "./statistics.ts";

const RUNS = 5;
const DRIVER_RUNS = 3;
const WARM_UP_CALLS = 500;
const LATENCY_CALLS = 2000;
const CONNECTIONS = 32;
const THROUGHPUT_CALLS = 10_000;
const COLD_FUNCTIONS_A_RUN = 10;

const PYTHON_HELLO = pythonZip("def lambda_handler(event, context):\n    return event\n");
const NODE_HELLO = nodeZip("exports.handler = async (event) => event;\n");
const BODY = '{"hello":"world"}';

interface Row {
  readonly what: string;
  readonly unit: string;
  readonly measured: Spread;
  /** The bare echo's figure for the same measure, where there is one. */
  readonly floor?: Spread;
}

const invocation = (name: string): Buffer => post(`/2015-03-31/functions/${name}/invocations`, BODY);

async function main(): Promise<void> {
  const curves = await manyFunctions(progress);
  const drivers = await driverCosts(DRIVER_RUNS, progress);
  const echo = await startEcho();
  const dataDir = await temporaryFolder();
  const server = await spawnServer(dataDir);
  const port = Number(new URL(server.url).port);
  try {
    const client = lambdaClient(server.url);
    await createFunction(client, "hello-python", PYTHON_HELLO);
    await createFunction(client, "hello-node", NODE_HELLO, NODE);
    const rows = [
      ...(await warm(port, echo.port)),
      await cold(port, "Python", (name) => createFunction(client, name, PYTHON_HELLO)),
      await cold(port, "Node.js", (name) => createFunction(client, name, NODE_HELLO, NODE)),
    ];
    const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as { isolation: string };
    await report(rows, curves, drivers, health.isolation);
  } finally {
    server.child.kill("SIGKILL");
    echo.stop();
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function warm(port: number, echoPort: number): Promise<Row[]> {
  const targets = [
    { name: "echo", port: echoPort, request: post("/", BODY) },
    { name: "Python", port, request: invocation("hello-python") },
    { name: "Node.js", port, request: invocation("hello-node") },
  ];
  const figures = new Map(targets.map(({ name }) => [name, { p50: [], p99: [], rate: [] } as Figures]));
  for (const target of targets) {
    await latency(target.port, [target.request], WARM_UP_CALLS);
    await throughput(target.port, target.request, CONNECTIONS, WARM_UP_CALLS);
  }
  for (let run = 0; run < RUNS; run++) {
    progress(`warm, run ${run + 1} of ${RUNS}`);
    // Interleaved, so that a slow moment of the machine hits all alike.
    for (const target of targets) {
      const { p50Ms, p99Ms } = await latency(target.port, [target.request], LATENCY_CALLS);
      const figure = figures.get(target.name);
      figure?.p50.push(p50Ms);
      figure?.p99.push(p99Ms);
      figure?.rate.push(await throughput(target.port, target.request, CONNECTIONS, THROUGHPUT_CALLS));
    }
  }
  const floor = figures.get("echo");
  return ["Python", "Node.js"].flatMap((name) => {
    const figure = figures.get(name);
    if (figure === undefined || floor === undefined) return [];
    return [
      row(`${name}: warm call, 1 client, p50`, "ms", figure.p50, floor.p50),
      row(`${name}: warm call, 1 client, p99`, "ms", figure.p99, floor.p99),
      row(`${name}: warm throughput, ${CONNECTIONS} connections`, "calls/s", figure.rate, floor.rate),
    ];
  });
}

interface Figures {
  readonly p50: number[];
  readonly p99: number[];
  readonly rate: number[];
}

async function cold(port: number, language: string, create: (name: string) => Promise<void>): Promise<Row> {
  const medians: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    progress(`cold ${language}, run ${run + 1} of ${RUNS}`);
    const names = Array.from(
      { length: COLD_FUNCTIONS_A_RUN },
      (_, index) => `cold-${language.slice(0, 2)}-${run}-${index}`,
    );
    for (const name of names) await create(name);
    medians.push(percentile(await firstCalls(port, names.map(invocation)), 0.5));
  }
  return row(`${language}: cold start, first call, p50`, "ms", medians);
}

function row(what: string, unit: string, runs: readonly number[], floor?: readonly number[]): Row {
  return { what, unit, measured: spread(runs), ...(floor !== undefined && { floor: spread(floor) }) };
}

async function report(
  rows: readonly Row[],
  curves: readonly Curve[],
  drivers: readonly DriverCost[],
  isolation: string,
): Promise<void> {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: PROJECT,
    encoding: "utf8",
  }).trim();
  const machine = {
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.cpus().length,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
  };
  const lines = [
    "| what | unit | median (min–max) of 5 runs | bare echo, same run | of the floor |",
    "|---|---|---|---|---|",
    ...rows.map(({ what, unit, measured, floor }) =>
      [
        "",
        what,
        unit,
        shown(measured),
        floor === undefined ? "–" : shown(floor),
        floor === undefined ? "–" : ratio(measured, floor, unit),
        "",
      ]
        .join(" | ")
        .trim(),
    ),
    "",
    ...curveTable(curves),
    "",
    driverTable(drivers),
  ];
  const title = `Commit ${commit}, ${new Date().toISOString().slice(0, 10)}, isolation ${isolation}, ${machine.cores} cores (${machine.cpu}), ${machine.memoryGib} GiB, Linux ${machine.kernel}, Node ${machine.node}`;
  console.log(`\n${title}\n\n${lines.join("\n")}`);
  const folder = path.join(PROJECT, "bench/results");
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${new Date().toISOString().slice(0, 10)}-${commit}`);
  await writeFile(
    `${file}.json`,
    `${JSON.stringify({ commit, isolation, machine, rows, curves, drivers }, undefined, 2)}\n`,
  );
  await writeFile(`${file}.md`, `# Bench\n\n${title}\n\n${lines.join("\n")}\n`);
  console.log(`\nWritten to ${path.relative(PROJECT, file)}.md`);
}

function shown({ median, min, max }: Spread): string {
  const digits = median >= 100 ? 0 : 2;
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** Rates as a share of the floor's, times as a multiple of it. */
function ratio(measured: Spread, floor: Spread, unit: string): string {
  const value = measured.median / floor.median;
  return unit === "ms" ? `${value.toFixed(1)}×` : `${(value * 100).toFixed(0)} %`;
}

function progress(what: string): void {
  console.error(`bench: ${what} …`);
}

async function startEcho(): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "echo-server.ts")], {
    env: {},
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).once("line", (line) => resolve(Number(line)));
    child.once("exit", () => reject(new Error("the echo server ended")));
  });
  return { port, stop: () => child.kill("SIGKILL") };
}

await main();
