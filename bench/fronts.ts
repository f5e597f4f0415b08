/**
 * What fronts take off the server's thread, and what they cost: processor time of the thread for a call, with as many threads
 * speaking HTTP as are told. The thread's time bounds the calls a second on a machine that has processors for the rest.
 */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, NODE } from "../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../testkit/server.ts";
import { invocation, NODE_HELLO, PYTHON_HELLO } from "./hello.ts";
import { residentMib } from "./idle-server.ts";
import { latency, throughput } from "./measure.ts";
import { type Row, row } from "./rows.ts";

const FRONTS = [0, 1, 2];
const RUNS = 5;
const WARM_UP_CALLS = 15_000;
const CALLS = 10_000;
const LATENCY_CALLS = 1000;
const CONNECTIONS = 32;

const HELLOS = {
  Python: { code: PYTHON_HELLO, settings: {} },
  "Node.js": { code: NODE_HELLO, settings: NODE },
};
type Language = keyof typeof HELLOS;
const LANGUAGES = Object.keys(HELLOS) as Language[];

/** One number a run. */
interface Figures {
  readonly ownMicros: number[];
  readonly frontMicros: number[];
  readonly rate: number[];
  readonly p50Ms: number[];
}

interface Measured {
  readonly fronts: number;
  readonly dataDir: string;
  readonly server: ServerProcess;
  readonly figures: Readonly<Record<Language, Figures>>;
  mib: number;
}

export async function frontRows(progress: (what: string) => void): Promise<Row[]> {
  const all: Measured[] = [];
  try {
    for (const fronts of FRONTS) all.push(await start(fronts));
    progress("fronts, warming up");
    for (const { server } of all) {
      for (const language of LANGUAGES) {
        await throughput(portOf(server), requestFor(language), CONNECTIONS, WARM_UP_CALLS);
      }
    }
    for (let run = 0; run < RUNS; run++) {
      progress(`fronts, run ${run + 1} of ${RUNS}`);
      // Interleaved, so that a slow moment of the machine hits all alike.
      for (const language of LANGUAGES) for (const each of all) await measure(each, language);
    }
    for (const each of all) each.mib = residentMib(each.server.child.pid);
    return LANGUAGES.flatMap((language) => rowsOf(all, language)).concat(memoryRows(all));
  } finally {
    for (const { server, dataDir } of all) {
      server.child.kill("SIGKILL");
      await server.exited;
      await rm(dataDir, { recursive: true, force: true });
    }
  }
}

async function start(fronts: number): Promise<Measured> {
  const dataDir = await temporaryFolder();
  const server = await spawnServer(dataDir, { LAMBKIN_FRONTS: String(fronts) });
  const client = lambdaClient(server.url);
  for (const language of LANGUAGES) {
    await createFunction(client, nameOf(language), HELLOS[language].code, HELLOS[language].settings);
  }
  client.destroy();
  const none = (): Figures => ({ ownMicros: [], frontMicros: [], rate: [], p50Ms: [] });
  return { fronts, dataDir, server, figures: { Python: none(), "Node.js": none() }, mib: 0 };
}

async function measure({ server, figures }: Measured, language: Language): Promise<void> {
  const { ownMicros, frontMicros, rate, p50Ms } = figures[language];
  const request = requestFor(language);
  const before = threadMicros(server.child.pid);
  rate.push(await throughput(portOf(server), request, CONNECTIONS, CALLS));
  const after = threadMicros(server.child.pid);
  ownMicros.push((after.own - before.own) / CALLS);
  frontMicros.push((after.fronts - before.fronts) / CALLS);
  p50Ms.push((await latency(portOf(server), [request], LATENCY_CALLS)).p50Ms);
}

function rowsOf(all: readonly Measured[], language: Language): Row[] {
  const base = all[0]?.figures[language];
  return all.flatMap(({ fronts, figures }) => {
    const { ownMicros, frontMicros, rate, p50Ms } = figures[language];
    const beside = (runs: readonly number[] = []) => (fronts === 0 ? undefined : { of: "no fronts", runs });
    const name = `${language}, ${frontsText(fronts)}`;
    const ceiling = (micros: readonly number[] = []) => micros.map((each) => 1e6 / each);
    return [
      row(`${name}: server's thread, processor time of a call`, "µs", ownMicros, beside(base?.ownMicros)),
      row(
        `${name}: calls a second it has time for`,
        "calls/s",
        ceiling(ownMicros),
        beside(ceiling(base?.ownMicros)),
      ),
      ...(fronts === 0 ? [] : [row(`${name}: all fronts, processor time of a call`, "µs", frontMicros)]),
      row(`${name}: warm throughput here, ${CONNECTIONS} connections`, "calls/s", rate, beside(base?.rate)),
      row(`${name}: warm call, 1 client, p50`, "ms", p50Ms, beside(base?.p50Ms)),
    ];
  });
}

function memoryRows(all: readonly Measured[]): Row[] {
  const none = { of: "no fronts", runs: [all[0]?.mib ?? Number.NaN] };
  return all.map(({ fronts, mib }) =>
    row(`Server after calls, ${frontsText(fronts)}: resident`, "MiB", [mib], fronts === 0 ? undefined : none),
  );
}

/** Of the threads of a living process, since it started, in microseconds. */
function threadMicros(pid: number | undefined): { own: number; fronts: number } {
  const micros = { own: 0, fronts: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`;
    try {
      // Nanoseconds on a processor come first.
      const spent = Number(readFileSync(`${folder}/schedstat`, "latin1").split(" ")[0]) / 1000;
      if (thread === String(pid)) micros.own = spent;
      else if (readFileSync(`${folder}/comm`, "latin1").trim() === "front") micros.fronts += spent;
    } catch {
      // A thread that has ended meanwhile is none of these.
    }
  }
  return micros;
}

function frontsText(fronts: number): string {
  return fronts === 0 ? "no fronts" : fronts === 1 ? "1 front" : `${fronts} fronts`;
}

function nameOf(language: Language): string {
  return `hello-${language.replaceAll(/\W/g, "")}`;
}

function requestFor(language: Language): Buffer {
  return invocation(nameOf(language));
}

function portOf({ url }: ServerProcess): number {
  return Number(new URL(url).port);
}
