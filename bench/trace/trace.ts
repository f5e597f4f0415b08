/**
 * Where the time of a call goes, stage by stage: warm, warm after a pause, first calls in a parked sandbox, first calls where
 * none is parked; for functions in Python and Node.js. And what the tracing itself costs.
 */
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
import type { ServerProcess } from "../../testkit/server.ts";
import { healthOf, settled } from "../health.ts";
import { invocation } from "../hello.ts";
import { latency } from "../measure.ts";
import { percentile } from "../statistics.ts";
import type { Marks } from "./marks.ts";
import { type Mark, STAGES, WHERES, type Where } from "./stages.ts";
import { startTraced, type TracedServer } from "./traced-server.ts";

const WARM_UP_CALLS = 1000;
const WARM_CALLS = 5000;
const PAUSED_CALLS = 100;
const COLD_CALLS = 50;
const MISSED_CALLS = 20;
const LOOK_MS = 5;

/** They answer with when they were loaded and called, on the clock of `nowNs`. */
const LANGUAGES = [
  {
    name: "Python",
    settings: {},
    code: pythonZip(`import time
loading = time.monotonic_ns()
def lambda_handler(event, context):
    return {"loading": loading, "called": time.monotonic_ns()}
`),
  },
  {
    name: "Node.js",
    settings: NODE,
    code: nodeZip(`const loading = Number(process.hrtime.bigint());
exports.handler = async () => ({ loading, called: Number(process.hrtime.bigint()) });
`),
  },
] as const;

import { withServer } from "../with-server.ts";

type Language = (typeof LANGUAGES)[number];

const WARM = "one after the other";
const PAUSED = "after a pause, frozen";
const COLD = "in a parked sandbox";
const MISSED = "none parked";

export async function traceTables(progress: (what: string) => void): Promise<string[][]> {
  const untraced: string[] = [];
  const traced = new Map<string, Marks[]>();
  for (const language of LANGUAGES) {
    const { name } = language;
    progress(`${name}, untraced`);
    untraced.push(`${name} ${((await untracedP50Ms(language)) * 1000).toFixed(0)} µs`);
    const server = await startTraced({});
    await warmCalls(server, language, progress);
    await firstCallsOf(server, language, COLD, COLD_CALLS, progress);
    const bare = await startTraced({ LAMBKIN_PARKED_MAX: "0" });
    await firstCallsOf(bare, language, MISSED, MISSED_CALLS, progress);
    for (const calls of [await server.end(), await bare.end()]) {
      for (const [kind, marks] of calls) traced.set(`${kind}/${name}`, [...marks]);
    }
  }
  const columnsOf = (kinds: readonly string[]): Column[] =>
    kinds.flatMap((kind) =>
      LANGUAGES.map(({ name }) => columnOf(`${name}, ${kind}`, kind, traced.get(`${kind}/${name}`) ?? [])),
    );
  return [
    tableOf("Warm calls, µs", columnsOf([WARM, PAUSED])),
    tableOf("First calls, µs", columnsOf([COLD, MISSED])),
    [`Warm calls of a server that is not traced, p50: ${untraced.join(", ")}.`],
  ];
}

async function untracedP50Ms({ name, code, settings }: Language): Promise<number> {
  const work = async ({ url }: ServerProcess): Promise<number> => {
    await createFunction(lambdaClient(url), functionName(name), code, settings);
    const port = Number(new URL(url).port);
    await latency(port, [invocation(functionName(name))], WARM_UP_CALLS);
    return (await latency(port, [invocation(functionName(name))], WARM_CALLS)).p50Ms;
  };
  return withServer(work, { LAMBKIN_FRONTS: "0" });
}

async function warmCalls(
  server: TracedServer,
  { name, code, settings }: Language,
  progress: (what: string) => void,
): Promise<void> {
  progress(`${name}, warm`);
  await createFunction(lambdaClient(server.url), functionName(name), code, settings);
  const request = invocation(functionName(name));
  for (let index = 0; index < WARM_UP_CALLS; index++) await server.call("warm-up", request);
  for (let index = 0; index < WARM_CALLS; index++) await server.call(WARM, request);
  for (let index = 0; index < PAUSED_CALLS; index++) {
    while ((await healthOf(server.url)).environments.frozen === 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    await server.call(PAUSED, request);
  }
}

async function firstCallsOf(
  server: TracedServer,
  { name, code, settings }: Language,
  kind: string,
  count: number,
  progress: (what: string) => void,
): Promise<void> {
  progress(`${name}, ${kind}`);
  const client = lambdaClient(server.url);
  for (let index = 0; index < count; index++) {
    const cold = `${functionName(name)}-${index}`;
    await createFunction(client, cold, code, settings);
    if (kind === COLD) await settled(server.url);
    await server.call(kind, invocation(cold));
  }
}

function functionName(language: string): string {
  return language.replaceAll(/\W/g, "");
}

/** The calls of one kind and language. */
interface Column {
  readonly head: string;
  /** Microseconds of each call by the border that ends the stage, those that it passes. */
  readonly stages: ReadonlyMap<Mark, readonly number[]>;
}

/** A stage that not every call of the kind has is part of the one after it. */
function columnOf(head: string, kind: string, calls: readonly Marks[]): Column {
  const isPassed = ({ mark, onlyOf }: (typeof STAGES)[number]): boolean =>
    (onlyOf === undefined || kind === MISSED || (kind === COLD && onlyOf === "first")) &&
    calls.every((call) => call[mark] !== undefined);
  const stages = new Map<Mark, number[]>();
  let from: Mark = "sent";
  for (const { mark } of STAGES.filter(isPassed)) {
    const begin = from;
    stages.set(
      mark,
      calls.map((call) => ((call[mark] ?? 0) - (call[begin] ?? 0)) / 1000),
    );
    from = mark;
  }
  return { head: `${head} (${calls.length})`, stages };
}

/** Medians, and the 99th percentiles behind them. */
function tableOf(title: string, columns: readonly Column[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const passed = STAGES.filter(({ mark }) => columns.some(({ stages }) => stages.has(mark)));
  const sums = (isCounted: (where: Where) => boolean): string[] =>
    columns.map(({ stages }) => {
      const counted = passed.flatMap(({ mark, where }) => (isCounted(where) ? [stages.get(mark) ?? []] : []));
      const calls = stages.values().next().value?.length ?? 0;
      return median99(
        Array.from({ length: calls }, (_, call) => counted.reduce((sum, each) => sum + (each[call] ?? 0), 0)),
      );
    });
  return [
    line([title, "where", ...columns.map(({ head }) => head)]),
    line(["---", "---", ...columns.map(() => "---")]),
    ...passed.map(({ mark, what, where }) =>
      line([what, where, ...columns.map(({ stages }) => median99(stages.get(mark)))]),
    ),
    ...WHERES.map((place) => line([`**all of the ${place}**`, place, ...sums((where) => where === place)])),
    line(["**the whole call**", "", ...sums(() => true)]),
  ];
}

function median99(samples: readonly number[] | undefined): string {
  if (samples === undefined || samples.length === 0) return "–";
  const shown = (share: number): string => {
    const value = percentile(samples, share);
    return value.toFixed(value < 10 ? 1 : 0);
  };
  return `${shown(0.5)} (${shown(0.99)})`;
}
