/** What isolation costs: the first and the following calls of a Python function, with each driver beside `process`. */
import { existsSync } from "node:fs";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, pythonZip } from "../testkit/functions.ts";
import type { ServerProcess } from "../testkit/server.ts";
import { firstCalls, latency } from "./measure.ts";
import { post } from "./raw-http-client.ts";
import { type Row, row } from "./rows.ts";
import { percentile, spread } from "./statistics.ts";
import { withServer } from "./with-server.ts";

const HELLO = pythonZip("def lambda_handler(event, context):\n    return event\n");
const COLD_FUNCTIONS = 10;
const WARM_CALLS = 1000;

export interface DriverCost {
  readonly driver: string;
  /** Medians of the runs, milliseconds. */
  readonly cold: readonly number[];
  readonly warm: readonly number[];
}

/** `runs` medians are taken of each, the drivers in turn. Those that are not installed are left out. */
export async function driverCosts(runs: number, progress: (what: string) => void): Promise<DriverCost[]> {
  const isThere = (program: string) =>
    existsSync(`/usr/bin/${program}`) || existsSync(`/usr/sbin/${program}`);
  const oci = process.getuid?.() === 0 ? ["crun", "runc", "runsc"].filter(isThere) : [];
  const drivers: [string, Record<string, string>][] = [
    ["process", { LAMBKIN_ISOLATION: "process" }],
    ["bubblewrap", { LAMBKIN_ISOLATION: "bubblewrap" }],
    ...oci.map((runtime): [string, Record<string, string>] => [
      `oci, ${runtime}`,
      { LAMBKIN_ISOLATION: "oci", LAMBKIN_OCI_RUNTIME: runtime },
    ]),
  ];
  const figures = drivers.map(([driver, settings]) => ({
    driver,
    settings,
    cold: [] as number[],
    warm: [] as number[],
  }));
  for (let run = 0; run < runs; run++) {
    for (const { driver, settings, cold, warm } of figures) {
      progress(`driver ${driver}, run ${run + 1} of ${runs}`);
      const measured = await measure(settings);
      cold.push(measured.cold);
      warm.push(measured.warm);
    }
  }
  return figures.map(({ driver, cold, warm }) => ({ driver, cold, warm }));
}

async function measure(settings: Record<string, string>): Promise<{ cold: number; warm: number }> {
  const work = async ({ url }: ServerProcess): Promise<{ cold: number; warm: number }> => {
    const port = Number(new URL(url).port);
    const client = lambdaClient(url);
    const names = Array.from({ length: COLD_FUNCTIONS }, (_, index) => `hello-${index}`);
    for (const name of names) await createFunction(client, name, HELLO);
    const call = (name: string) => post(`/2015-03-31/functions/${name}/invocations`, '{"hello":"world"}');
    const cold = percentile(await firstCalls(port, names.map(call), async () => {}), 0.5);
    const { p50Ms } = await latency(port, [call("hello-0")], WARM_CALLS);
    return { cold, warm: p50Ms };
  };
  // What a sandbox costs that is made on the way.
  return withServer(work, { ...settings, LAMBKIN_PARKED_MAX: "0" });
}

/** What a first call costs where nothing was made ahead; the floor is the same without a sandbox. */
export function missedRows(costs: readonly DriverCost[]): Row[] {
  const of = (name: string) => costs.find(({ driver }) => driver === name);
  const isolated = of("bubblewrap");
  const bare = of("process");
  if (isolated === undefined || bare === undefined) return [];
  const floor = { of: "without isolation", runs: bare.cold };
  return [row("Python: cold start where none is parked, p50", "ms", isolated.cold, floor)];
}

export function driverTable(costs: readonly DriverCost[]): string[] {
  const [base] = costs;
  const beside = (runs: readonly number[], floor: readonly number[] = runs): string => {
    const { median, min, max } = spread(runs);
    const times = median / spread(floor).median;
    return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)}), ${times.toFixed(2)}×`;
  };
  return [
    `| Python, by driver, ${base?.cold.length} runs | first call, p50 ms, beside process | warm call, p50 ms, beside process |`,
    "|---|---|---|",
    ...costs.map(
      ({ driver, cold, warm }) => `| ${driver} | ${beside(cold, base?.cold)} | ${beside(warm, base?.warm)} |`,
    ),
  ];
}
