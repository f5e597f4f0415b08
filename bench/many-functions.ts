/**
 * What the number of functions in an account costs: lists, reads, warm calls, starts and memory with ten functions, a
 * hundred, a thousand, ten thousand. They are made through the API. Part of `npm run bench`; runs on its own, too.
 */
import { rm } from "node:fs/promises";
import { type LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, NODE, nodeZip } from "../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../testkit/server.ts";
import { residentMib } from "./idle-server.ts";
import { type Latency, latency } from "./measure.ts";
import { get, post } from "./raw-http-client.ts";
import { percentile } from "./statistics.ts";

const SIZES = [10, 100, 1000, 10_000];
const RUNS = 5;
const CALLS = 500;
const STARTS = 3;
const CREATED_AT_ONCE = 16;
/** So few that the smallest account has a page of as many. */
const PAGE_ITEMS = 10;
const FUNCTIONS = "/2015-03-31/functions";

/** One measure at every size. */
export interface Curve {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
}

export async function manyFunctions(progress: (what: string) => void): Promise<Curve[]> {
  const dataDir = await temporaryFolder();
  let server = await spawnServer(dataDir);
  const curves = new Map<string, { unit: string; values: number[] }>();
  const note = (what: string, unit: string, value: number): void => {
    const curve = curves.get(what) ?? { unit, values: [] };
    curve.values.push(value);
    curves.set(what, curve);
  };
  try {
    let there = 0;
    for (const size of SIZES) {
      progress(`${size} functions`);
      const startedMs = performance.now();
      await createUpTo(lambdaClient(server.url), there, size);
      note("created", "1/s", ((size - there) * 1000) / (performance.now() - startedMs));
      there = size;
      const starts: number[] = [];
      for (let start = 0; start < STARTS; start++) {
        await end(server);
        const restartedMs = performance.now();
        server = await spawnServer(dataDir);
        starts.push(performance.now() - restartedMs);
      }
      note("start, to the ready line", "ms", percentile(starts, 0.5));
      for (const [what, requests] of await measures(server, size)) {
        const { p50Ms, p99Ms } = await medians(server, requests);
        note(`${what}, p50`, "ms", p50Ms);
        note(`${what}, p99`, "ms", p99Ms);
      }
      note("memory of the server", "MiB", residentMib(server.child.pid));
    }
  } finally {
    await end(server);
    await rm(dataDir, { recursive: true, force: true });
  }
  return [...curves].map(([what, curve]) => ({ what, ...curve }));
}

/** Each beside its value in the smallest account. */
export function curveTable(curves: readonly Curve[]): string[] {
  const cells = (values: readonly string[]): string => `| ${values.join(" | ")} |`;
  return [
    cells(["functions in the account", "unit", ...SIZES.map((size) => size.toLocaleString("en"))]),
    cells(["---", "---", ...SIZES.map(() => "---")]),
    ...curves.map(({ what, unit, values }) =>
      cells([
        what,
        unit,
        ...values.map((value) => `${shown(value)} (${(value / (values[0] ?? 0)).toFixed(2)}×)`),
      ]),
    ),
  ];
}

function shown(value: number): string {
  return value.toFixed(value >= 100 ? 0 : 2);
}

const nameOf = (index: number): string => `many-${String(index).padStart(5, "0")}`;

/** Each has an archive of its own, as in life. */
async function createUpTo(client: LambdaClient, from: number, to: number): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    for (let index = next++; index < to; index = next++) {
      const code = nodeZip(`exports.handler = async (event) => event; // ${index}\n`);
      await createFunction(client, nameOf(index), code, NODE);
    }
  };
  await Promise.all(Array.from({ length: CREATED_AT_ONCE }, work));
}

async function measures(
  { url }: ServerProcess,
  size: number,
): Promise<readonly (readonly [string, Buffer[]])[]> {
  const pages = await pagesOf(lambdaClient(url));
  const page = (index: number): Buffer[] => [get(pages.at(index) ?? "")];
  const spread = Array.from({ length: 100 }, (_, index) => nameOf(Math.floor((index * size) / 100)));
  return [
    ["ListFunctions, first page", page(0)],
    ["ListFunctions, middle page", page(Math.floor((pages.length - 1) / 2))],
    ["ListFunctions, last page", page(-1)],
    ["GetFunction, all over the account", spread.map((name) => get(`${FUNCTIONS}/${name}`))],
    ["GetAccountSettings", [get("/2016-08-19/account-settings/")]],
    ["Invoke, warm", [post(`${FUNCTIONS}/${nameOf(size >> 1)}/invocations`, "{}")]],
  ];
}

/** Where each page of the list is, found by walking it. */
async function pagesOf(client: LambdaClient): Promise<string[]> {
  const pages: string[] = [];
  let marker: string | undefined;
  do {
    const query = new URLSearchParams({ MaxItems: String(PAGE_ITEMS), ...(marker && { Marker: marker }) });
    pages.push(`${FUNCTIONS}/?${query}`);
    const { NextMarker } = await client.send(
      new ListFunctionsCommand({ MaxItems: PAGE_ITEMS, Marker: marker }),
    );
    marker = NextMarker;
  } while (marker !== undefined);
  return pages;
}

async function medians({ url }: ServerProcess, requests: readonly Buffer[]): Promise<Latency> {
  const port = Number(new URL(url).port);
  await latency(port, requests, CALLS);
  const runs: Latency[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await latency(port, requests, CALLS));
  const median = (pick: (run: Latency) => number) => percentile(runs.map(pick), 0.5);
  return { p50Ms: median(({ p50Ms }) => p50Ms), p99Ms: median(({ p99Ms }) => p99Ms) };
}

async function end(server: ServerProcess): Promise<void> {
  server.child.kill("SIGKILL");
  await server.exited;
}

if (process.argv[1] === import.meta.filename) {
  const curves = await manyFunctions((what) => console.error(`bench: ${what} …`));
  console.log(curveTable(curves).join("\n"));
}
