/**
 * `npm run bench`: warm and cold calls of hello functions, fully isolated and logged, beside a bare HTTP echo and other
 * programs measured in the same run; what it costs that there are many functions; what isolation costs. Prints tables
 * and writes them with machine and commit to `bench/results/`. `npm run bench -- others`, or `warm`, `bursts`, `idle`, `snapstart`,
 * `compile`, `events`, `stores`, `metrics`, `updates`, `fronts`, or `trace` (where the time of a call goes), runs one part and
 * only prints. Fails nothing.
 */
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, NODE } from "../testkit/functions.ts";
import { acceptedEventRows } from "./accepted-events.ts";
import { bookkeeping, bookkeepingTable } from "./bookkeeping.ts";
import { codeUpdateRows } from "./code-updates.ts";
import { burstRows, coldRows, FIRST_CALLS, otherColdRows } from "./cold.ts";
import { compileCacheRows } from "./compile-cache.ts";
import { driverCosts, driverTable, missedRows } from "./drivers.ts";
import { frontRows } from "./fronts.ts";
import { healthOf } from "./health.ts";
import { BODY, CUSTOM_HELLO, invocation, NODE_HELLO, PYTHON_HELLO } from "./hello.ts";
import { idleEnvironmentRows } from "./idle-environments.ts";
import { idleServerRows } from "./idle-server.ts";
import { curveTable, manyFunctions } from "./many-functions.ts";
import { metricRows } from "./metrics.ts";
import type { Other } from "./others/other.ts";
import { startOthers } from "./others/start.ts";
import { ECHO, startEcho } from "./program.ts";
import { print, write } from "./report.ts";
import { type Row, rowTable } from "./rows.ts";
import { snapStartRows } from "./snap-start.ts";
import { storeRows } from "./stores.ts";
import { TARGETS } from "./targets.ts";
import { traceTables } from "./trace/trace.ts";
import { warmRows } from "./warm.ts";
import { withServer } from "./with-server.ts";

const DRIVER_RUNS = 5;

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  others,
  warm,
  bursts,
  idle,
  trace,
  snapstart,
  compile,
  events,
  stores,
  metrics,
  updates,
  fronts,
};

async function whole(): Promise<void> {
  const idleRows = [...(await idleServerRows(progress)), ...(await idleEnvironmentRows(progress))];
  const books = bookkeeping();
  const curves = await manyFunctions(progress);
  const drivers = await driverCosts(DRIVER_RUNS, progress);
  await withServer(async ({ url }) => {
    const rows = [...idleRows, ...(await calls(url, ["Python", "Node.js", "Custom runtime"]))];
    const client = lambdaClient(url);
    const python = (name: string) => createFunction(client, name, PYTHON_HELLO);
    const node = (name: string) => createFunction(client, name, NODE_HELLO, NODE);
    rows.push(
      ...(await coldRows(url, "Python", python, progress)),
      ...(await coldRows(url, "Node.js", node, progress)),
      ...(await compileCacheRows(url, progress)),
      ...missedRows(drivers),
      ...(await burstRows(progress)),
      ...(await snapStartRows(progress)),
      ...(await acceptedEventRows(progress)),
      ...(await codeUpdateRows(progress)),
      ...(await frontRows(progress)),
    );
    const isolation = (await healthOf(url)).isolation;
    for (const { what } of TARGETS) {
      if (!rows.some((each) => each.what === what)) console.error(`bench: nothing was measured for: ${what}`);
    }
    const report = {
      tables: [rowTable(rows), bookkeepingTable(books), curveTable(curves), driverTable(drivers)],
      figures: { rows, books, curves, drivers },
    };
    print(report, isolation);
    await write(report, isolation);
  });
}

/** What environments cost that do nothing. */
async function idle(): Promise<void> {
  const rows = await idleEnvironmentRows(progress);
  await withServer(async ({ url }) => {
    print({ tables: [rowTable(rows), bookkeepingTable(bookkeeping())] }, (await healthOf(url)).isolation);
  });
}

/** Where the time of a call goes. */
async function trace(): Promise<void> {
  const tables = await traceTables(progress);
  await withServer(async ({ url }) => print({ tables }, (await healthOf(url)).isolation));
}

/** How many events are taken. */
async function events(): Promise<void> {
  const rows = await acceptedEventRows(progress);
  await withServer(async ({ url }) => print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation));
}

/** How soon a change of code is there. */
async function updates(): Promise<void> {
  const rows = await codeUpdateRows(progress);
  await withServer(async ({ url }) => print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation));
}

/** What threads that speak HTTP take off the server's. */
async function fronts(): Promise<void> {
  const rows = await frontRows(progress);
  await withServer(async ({ url }) => print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation));
}

/** What the queue stores take, without a server around them. */
async function stores(): Promise<void> {
  print({ tables: [rowTable(await storeRows(progress))] }, "none");
}

/** What counting costs, without a server around it. */
async function metrics(): Promise<void> {
  print({ tables: [rowTable(await metricRows(progress))] }, "none");
}

/** What a snapshot saves a function with a scientific stack. */
async function snapstart(): Promise<void> {
  const rows = await snapStartRows(progress);
  await withServer(async ({ url }) => print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation));
}

/** What a kept compile cache saves. */
async function compile(): Promise<void> {
  await withServer(async ({ url }) => {
    const rows = await compileCacheRows(url, progress);
    print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation);
  });
}

/** Warm calls alone. */
async function warm(): Promise<void> {
  await withServer(async ({ url }) => {
    const rows = await calls(url, ["Python", "Node.js", "Custom runtime"]);
    print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation);
  });
}

/** A hundred calls at once. */
async function bursts(): Promise<void> {
  const rows = await burstRows(progress);
  await withServer(async ({ url }) => print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation));
}

/** Ours and theirs alone. */
async function others(): Promise<void> {
  await withServer(async ({ url }) => {
    const client = lambdaClient(url);
    const node = (name: string) => createFunction(client, name, NODE_HELLO, NODE);
    const rows = [...(await calls(url, ["Node.js"])), ...(await coldRows(url, "Node.js", node, progress))];
    print({ tables: [rowTable(rows)] }, (await healthOf(url)).isolation);
  });
}

const HELLOS = {
  Python: { code: PYTHON_HELLO, settings: {} },
  "Node.js": { code: NODE_HELLO, settings: NODE },
  "Custom runtime": { code: CUSTOM_HELLO, settings: { Runtime: "provided.al2023" as const } },
};

/** Warm calls of ours beside the echo and the others, and then the others' first calls. */
async function calls(url: string, languages: readonly (keyof typeof HELLOS)[]): Promise<Row[]> {
  const client = lambdaClient(url);
  const port = Number(new URL(url).port);
  const ours = [];
  for (const language of languages) {
    const name = `hello-${language.replaceAll(/\W/g, "")}`;
    await createFunction(client, name, HELLOS[language].code, HELLOS[language].settings);
    ours.push({ name: language, port, request: invocation(name) });
  }
  const echo = await startEcho();
  let theirs: readonly Other[] = [];
  try {
    theirs = await startOthers(BODY, FIRST_CALLS);
    const floor = { name: ECHO, port: echo.port, request: invocation("any") };
    const rows = await warmRows(floor, [...ours, ...theirs], progress);
    for (const other of theirs) rows.push(...(await otherColdRows(other, progress)));
    return rows;
  } finally {
    await Promise.all([echo, ...theirs].map((program) => program.stop()));
  }
}

function progress(what: string): void {
  console.error(`bench: ${what} …`);
}

const [part] = process.argv.slice(2);
const work = part === undefined ? whole : PARTS[part];
if (work === undefined) {
  console.error(`bench: no part '${part}'; there are ${Object.keys(PARTS).join(", ")}, or none for all`);
  process.exit(2);
}
await work();
