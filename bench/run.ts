/**
 * `npm run bench`: warm and cold calls of hello functions, fully isolated and logged, beside a bare HTTP echo measured in
 * the same run; and what it costs that there are many functions. Prints tables and writes them with machine and commit to `bench/results/`. Fails nothing.
 */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, NODE, nodeZip, pythonZip, zip } from "../testkit/functions.ts";
import { PROJECT, spawnServer, temporaryFolder } from "../testkit/server.ts";
import { type DriverCost, driverCosts, driverTable } from "./drivers.ts";
import { type Curve, curveTable, manyFunctions } from "./many-functions.ts";
import { burst, firstCalls, latency, throughput } from "./measure.ts";
import { post } from "./raw-http-client.ts";
import { percentile, type Spread, spread } from "./statistics.ts";

const RUNS = 5;
const DRIVER_RUNS = 3;
const WARM_UP_CALLS = 500;
const LATENCY_CALLS = 2000;
const CONNECTIONS = 32;
const THROUGHPUT_CALLS = 10_000;
const COLD_FUNCTIONS_A_RUN = 10;

const IDLE_MS = 3000;
const SETTLED_LOOKS = 4;
const SETTLED_PAUSE_MS = 100;
const BURST_RUNS = 3;
const BURST_CALLS = 100;
/** Longer than the burst takes: none is free again before the last has begun. */
const SLEEP_MS = 10_000;

const PYTHON_SLEEPER = pythonZip(
  `import time\ndef lambda_handler(event, context):\n    time.sleep(${SLEEP_MS / 1000})\n`,
);
/** What the Runtime API costs: Python's own HTTP client, one connection kept. */
const CUSTOM_HELLO = zip(
  {
    bootstrap: `#!/usr/bin/python3
import http.client, os
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
path = "/2018-06-01/runtime/invocation/"
while True:
    connection.request("GET", path + "next")
    answer = connection.getresponse()
    event = answer.read()
    connection.request("POST", path + answer.getheader("Lambda-Runtime-Aws-Request-Id") + "/response", event)
    connection.getresponse().read()
`,
  },
  ["bootstrap"],
);
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

/** A server that nobody calls: how soon it is ready, and what it holds a little later. */
async function idle(): Promise<Row[]> {
  const ready: number[] = [];
  const memory: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    progress(`idle server, run ${run + 1} of ${RUNS}`);
    const dataDir = await temporaryFolder();
    const startedMs = performance.now();
    const server = await spawnServer(dataDir);
    ready.push(performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const status = readFileSync(`/proc/${server.child.pid}/status`, "latin1");
    memory.push(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024);
    server.child.kill("SIGTERM");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  }
  return [row("Server: start to the ready line", "ms", ready), row("Server: resident, idle", "MiB", memory)];
}

async function main(): Promise<void> {
  const idleRows = await idle();
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
    await createFunction(client, "hello-custom", CUSTOM_HELLO, { Runtime: "provided.al2023" });
    const python = (name: string) => createFunction(client, name, PYTHON_HELLO);
    const node = (name: string) => createFunction(client, name, NODE_HELLO, NODE);
    const rows = [
      ...idleRows,
      ...(await warm(port, echo.port)),
      ...(await cold(server.url, "Python", python)),
      ...(await cold(server.url, "Node.js", node)),
      await bursts(server.url, async (name) => {
        await createFunction(client, name, PYTHON_SLEEPER);
      }),
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
    { name: "Custom runtime", port, request: invocation("hello-custom") },
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
  return ["Python", "Node.js", "Custom runtime"].flatMap((name) => {
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

/** First calls where a sandbox waits for each, and on a server that parks none. */
async function cold(url: string, language: string, create: (name: string) => Promise<void>): Promise<Row[]> {
  const port = Number(new URL(url).port);
  const figures = { p50: [] as number[], p99: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    progress(`cold ${language}, run ${run + 1} of ${RUNS}`);
    const names = Array.from(
      { length: COLD_FUNCTIONS_A_RUN },
      (_, index) => `cold-${language.slice(0, 2)}-${run}-${index}`,
    );
    for (const name of names) await create(name);
    // Until as many wait as are going to, and nothing is being made any more.
    const samples = await firstCalls(port, names.map(invocation), () => settled(url));
    figures.p50.push(percentile(samples, 0.5));
    figures.p99.push(percentile(samples, 0.99));
  }
  return [
    row(`${language}: cold start, p50`, "ms", figures.p50),
    row(`${language}: cold start, p99`, "ms", figures.p99),
  ];
}

/** The sandboxes that wait have not changed in number for a while, and there are some. */
async function settled(url: string): Promise<void> {
  let before = 0;
  for (let same = 0; same < SETTLED_LOOKS; ) {
    const health = (await (await fetch(`${url}/_lambkin/health`)).json()) as {
      environments: { parked: number };
    };
    const { parked } = health.environments;
    same = parked > 0 && parked === before ? same + 1 : 0;
    before = parked;
    await new Promise((resolve) => setTimeout(resolve, SETTLED_PAUSE_MS));
  }
}

/** From none to a hundred environments that are all busy at the same moment. */
async function bursts(url: string, create: (name: string) => Promise<void>): Promise<Row> {
  const port = Number(new URL(url).port);
  const times: number[] = [];
  for (let run = 0; run < BURST_RUNS; run++) {
    progress(`burst, run ${run + 1} of ${BURST_RUNS}`);
    const name = `burst-${run}`;
    await create(name);
    await settled(url);
    const calls = Array.from({ length: BURST_CALLS }, () => invocation(name));
    times.push((await burst(port, calls)) - SLEEP_MS);
  }
  return row(`Python: burst, 0 to ${BURST_CALLS} environments busy`, "ms", times);
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
