/** First calls of functions, and a burst of them. */
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, pythonZip } from "../testkit/functions.ts";
import { settled } from "./health.ts";
import { invocation } from "./hello.ts";
import { bareName, bareStart, type Interpreter } from "./interpreters.ts";
import { burst, firstCalls } from "./measure.ts";
import type { Other } from "./others/other.ts";
import { type Row, row } from "./rows.ts";
import { percentile } from "./statistics.ts";

const RUNS = 5;
const FUNCTIONS_A_RUN = 10;
/** How many functions nobody has called `otherColdRows` takes. */
export const FIRST_CALLS = RUNS * FUNCTIONS_A_RUN;

const BURST_CALLS = 100;
/** Longer than the burst takes: none is free again before the last has begun. */
const SLEEP_MS = 10_000;

const SLEEPER = pythonZip(
  `import time\ndef lambda_handler(event, context):\n    time.sleep(${SLEEP_MS / 1000})\n`,
);

import { withServer } from "./with-server.ts";

type Create = (name: string) => Promise<void>;

/** First calls where a sandbox waits for each. */
export async function coldRows(
  url: string,
  language: Interpreter,
  create: Create,
  progress: (what: string) => void,
): Promise<Row[]> {
  return measure(language, language, progress, async (run) => {
    const names = Array.from(
      { length: FUNCTIONS_A_RUN },
      (_, index) => `cold-${language.slice(0, 2)}-${run}-${index}`,
    );
    for (const name of names) await create(name);
    // Until as many wait as are going to, and nothing is being made any more.
    return firstCalls(portOf(url), names.map(invocation), () => settled(url));
  });
}

/** First calls of another program's functions; no rows where it has none that are not loaded yet. */
export async function otherColdRows(
  { name, port, firstRequests }: Other,
  progress: (what: string) => void,
): Promise<Row[]> {
  if (firstRequests.length < FIRST_CALLS) return [];
  return measure(name, "Node.js", progress, (run) => {
    const from = run * FUNCTIONS_A_RUN;
    return firstCalls(port, firstRequests.slice(from, from + FUNCTIONS_A_RUN), async () => {});
  });
}

async function measure(
  name: string,
  interpreter: Interpreter,
  progress: (what: string) => void,
  samplesOf: (run: number) => Promise<number[]>,
): Promise<Row[]> {
  const p50: number[] = [];
  const p99: number[] = [];
  const bare = { p50: [] as number[], p99: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    progress(`cold ${name}, run ${run + 1} of ${RUNS}`);
    const samples = await samplesOf(run);
    p50.push(percentile(samples, 0.5));
    p99.push(percentile(samples, 0.99));
    const starts: number[] = [];
    for (const _ of samples) starts.push(await bareStart(interpreter));
    bare.p50.push(percentile(starts, 0.5));
    bare.p99.push(percentile(starts, 0.99));
  }
  const of = bareName(interpreter);
  return [
    row(`${name}: cold start, p50`, "ms", p50, { of, runs: bare.p50 }),
    row(`${name}: cold start, p99`, "ms", p99, { of, runs: bare.p99 }),
  ];
}

/**
 * From none to a hundred environments that are all busy at the same moment: the first time with what waits for ordinary
 * calls, each time on a server of its own, then with as many as the burst before has needed.
 */
export async function burstRows(progress: (what: string) => void): Promise<Row[]> {
  const first: number[] = [];
  const next: number[] = [];
  const bare: number[] = [];
  for (let run = 1; run <= RUNS; run++) {
    await withServer(async ({ url }) => {
      const timed = async (name: string): Promise<number> => {
        await createFunction(lambdaClient(url), name, SLEEPER);
        await settled(url);
        const calls = Array.from({ length: BURST_CALLS }, () => invocation(name));
        return (await burst(portOf(url), calls)) - SLEEP_MS;
      };
      progress(`first burst, run ${run} of ${RUNS}`);
      first.push(await timed("first"));
      bare.push(await bareStart("Python", BURST_CALLS));
      for (let again = 1; run === RUNS && again <= RUNS; again++) {
        progress(`next burst, run ${again} of ${RUNS}`);
        next.push(await timed(`next-${again}`));
      }
    });
  }
  const floor = { of: `${BURST_CALLS} bare python3`, runs: bare };
  return [
    row(`Python: first burst, 0 to ${BURST_CALLS} environments busy`, "ms", first, floor),
    row(`Python: next burst, 0 to ${BURST_CALLS} environments busy`, "ms", next, floor),
  ];
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
