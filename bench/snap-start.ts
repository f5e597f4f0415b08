/** What it costs to start a function that imports a scientific stack: as a process of its own, and from a snapshot. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { DeleteFunctionCommand, type LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, invoke, pythonZip, zip } from "../testkit/functions.ts";
import { PROJECT } from "../testkit/server.ts";
import { waitFor } from "../testkit/wait.ts";
import { openConnection, post, type RawConnection } from "./raw-http-client.ts";
import { type Row, row } from "./rows.ts";

const RUNTIME = "python3.12";
/** Two layers, because one archive may not be larger than 50 MB. */
const PACKAGES = ["numpy", "scipy"] as const;
const RUNS = 5;
const COPIES = 20;
const FRESH_STARTS = 3;
const HOLD_SECONDS = 120;

const SOURCE = `
import time, numpy, scipy.linalg, scipy.optimize, scipy.stats
state = numpy.ones((256, 256)) @ numpy.ones((256, 256))
def lambda_handler(event, context):
    if "hold" in event: time.sleep(event["hold"])
    kib = {}
    for line in open("/proc/self/smaps_rollup"):
        name, _, rest = line.partition(":")
        if name in ("Pss", "Private_Dirty"): kib[name] = int(rest.split()[0])
    return {**kib, "sum": float(state[0, 0])}
`;

import { withServer } from "./with-server.ts";

/** Empty, with the reason printed, where the packages or the interpreter cannot be had. */
export async function snapStartRows(progress: (what: string) => void): Promise<Row[]> {
  const cost = await snapStartCost(RUNS, progress);
  if (cost === undefined) return [];
  const { freshMs, restoredMs, pssMib, privateMib } = cost;
  const fresh = { of: "process of its own", runs: freshMs };
  return [
    row("numpy and scipy: cold start from a snapshot, p50", "ms", restoredMs, fresh),
    row("numpy and scipy: one further environment, PSS", "MiB", pssMib),
    row("numpy and scipy: one further environment, its own", "MiB", privateMib),
  ];
}

interface SnapStartCost {
  readonly freshMs: number[];
  readonly restoredMs: number[];
  /** Of one environment beside twenty others, MiB. */
  readonly pssMib: number[];
  readonly privateMib: number[];
}

/** KiB, as the kernel has it. */
interface Memory {
  readonly Pss: number;
  readonly Private_Dirty: number;
}

async function snapStartCost(
  runs: number,
  progress: (what: string) => void,
): Promise<SnapStartCost | undefined> {
  progress("numpy and scipy");
  const folder = await installPackages();
  if (folder === undefined) return undefined;
  const cost: SnapStartCost = { freshMs: [], restoredMs: [], pssMib: [], privateMib: [] };
  return withServer(async (server) => {
    const client = lambdaClient(server.url);
    const layers = [];
    for (const name of PACKAGES) layers.push(await publish(client, name, path.join(folder, name)));
    const common = { Runtime: RUNTIME, Layers: layers, MemorySize: 1024, Timeout: 300 } as const;
    for (let start = 0; start < FRESH_STARTS; start++) {
      progress(`numpy and scipy, fresh process ${start + 1} of ${FRESH_STARTS}`);
      await createFunction(client, `fresh-${start}`, pythonZip(SOURCE), common);
      cost.freshMs.push(
        await timed(await openConnection(Number(new URL(server.url).port)), `fresh-${start}`),
      );
    }
    for (let run = 0; run < runs; run++) {
      progress(`numpy and scipy, SnapStart, run ${run + 1} of ${runs}`);
      const snapped = { ...common, Publish: true, SnapStart: { ApplyOn: "PublishedVersions" } } as const;
      await createFunction(client, `snap-${run}`, pythonZip(SOURCE), snapped);
      // What earlier runs left would look like this run's.
      await restoreMany(server.url, `snap-${run}:1`, cost.restoredMs);
      const { Pss, Private_Dirty } = (await invoke(client, `snap-${run}:1`)).payload as Memory;
      cost.pssMib.push(Pss / 1024);
      cost.privateMib.push(Private_Dirty / 1024);
      await client.send(new DeleteFunctionCommand({ FunctionName: `snap-${run}` }));
    }
    return cost;
  });
}

/** One after the other, each when a copy waits, while all before it are busy. */
async function restoreMany(url: string, name: string, samples: number[]): Promise<void> {
  for (let copy = 0; copy < COPIES; copy++) {
    await waitFor("a copy that waits", async () => ((await waiting(url)) > 0 ? true : undefined));
    const connection = await openConnection(Number(new URL(url).port));
    samples.push(await timed(connection, name));
    // It stays busy until the server ends.
    connection.call(invocation(name, { hold: HOLD_SECONDS })).catch(() => {});
  }
}

async function timed(connection: RawConnection, name: string): Promise<number> {
  const startedMs = performance.now();
  const status = await connection.call(invocation(name, {}));
  const ms = performance.now() - startedMs;
  if (status !== 200) throw new Error(`${name}: ${status}`);
  return ms;
}

const invocation = (name: string, event: object): Buffer =>
  post(`/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, JSON.stringify(event));

async function waiting(url: string): Promise<number> {
  const health = (await (await fetch(`${url}/_lambkin/health`)).json()) as {
    environments: { copies: number };
  };
  return health.environments.copies;
}

/** One folder a layer; undefined where they cannot be had. */
async function installPackages(): Promise<string | undefined> {
  const folder = path.join(PROJECT, ".cache/bench/scientific");
  if (existsSync(folder)) return folder;
  const python = execFileSync("sh", [
    "-c",
    "ls ~/.pyenv/versions/3.12*/bin/python3.12 2>/dev/null | head -1 | grep . || command -v python3.12",
  ]);
  const program = python.toString().trim();
  const inMaking = `${folder}.new`;
  await rm(inMaking, { recursive: true, force: true });
  try {
    const target = path.join(inMaking, "all");
    execFileSync(
      program,
      ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", target, ...PACKAGES],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    for (const name of PACKAGES) {
      const own = path.join(inMaking, name, "python");
      await mkdir(own, { recursive: true });
      for (const entry of readdirSync(target)) {
        if (entry.startsWith(name)) await rename(path.join(target, entry), path.join(own, entry));
      }
    }
    await rename(inMaking, folder);
    return folder;
  } catch (error) {
    console.error(`bench: no numpy and scipy rows: ${(error as Error).message}`);
    return undefined;
  }
}

async function publish(client: LambdaClient, name: string, folder: string): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    // Their tests are a third of them.
    if (!entry.isFile() || entry.parentPath.includes("/tests")) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file)] = readFileSync(file);
  }
  const Content = { ZipFile: zip(files) };
  const published = await client.send(new PublishLayerVersionCommand({ LayerName: name, Content }));
  return published.LayerVersionArn ?? "";
}
