/** Warm calls of several targets in turn: latency with one client, throughput with many connections. */
import { latency, throughput } from "./measure.ts";
import { type Row, row } from "./rows.ts";

const RUNS = 7;
const WARM_UP_CALLS = 500;
/** What runs in V8, theirs and ours, is faster after some thousands of calls. */
const WARM_UP_THROUGHPUT_CALLS = 10_000;
const LATENCY_CALLS = 2000;
const CONNECTIONS = 32;
const THROUGHPUT_CALLS = 10_000;

export interface Target {
  readonly name: string;
  readonly port: number;
  readonly request: Buffer;
}

interface Figures {
  readonly p50: number[];
  readonly p99: number[];
  readonly rate: number[];
}

/** Three rows for each of `targets`, beside those of `floor`. */
export async function warmRows(
  floor: Target,
  targets: readonly Target[],
  progress: (what: string) => void,
): Promise<Row[]> {
  const all = [floor, ...targets].map((target) => ({
    target,
    figures: { p50: [], p99: [], rate: [] } as Figures,
  }));
  for (const { target } of all) {
    await latency(target.port, [target.request], WARM_UP_CALLS);
    await throughput(target.port, target.request, CONNECTIONS, WARM_UP_THROUGHPUT_CALLS);
  }
  for (let run = 0; run < RUNS; run++) {
    progress(`warm, run ${run + 1} of ${RUNS}`);
    // Interleaved, so that a slow moment of the machine hits all alike.
    for (const { target, figures } of all) {
      const { p50Ms, p99Ms } = await latency(target.port, [target.request], LATENCY_CALLS);
      figures.p50.push(p50Ms);
      figures.p99.push(p99Ms);
      figures.rate.push(await throughput(target.port, target.request, CONNECTIONS, THROUGHPUT_CALLS));
    }
  }
  const [lowest, ...others] = all;
  const under = (runs: readonly number[] = []) => ({ of: floor.name, runs });
  return others.flatMap(({ target: { name }, figures }) => [
    row(`${name}: warm call, 1 client, p50`, "ms", figures.p50, under(lowest?.figures.p50)),
    row(`${name}: warm call, 1 client, p99`, "ms", figures.p99, under(lowest?.figures.p99)),
    row(
      `${name}: warm throughput, ${CONNECTIONS} connections`,
      "calls/s",
      figures.rate,
      under(lowest?.figures.rate),
    ),
  ]);
}
