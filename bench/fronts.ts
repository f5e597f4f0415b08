/**
 * What fronts take off the server's thread, and what they cost: processor time of the thread for a call, with as many threads
 * speaking HTTP as are told. The thread's time bounds the calls a second on a machine that has processors for the rest.
 */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../testkit/clients.ts";
import { createFunction, NODE } from "../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../testkit/server.ts";
import { invocation, NODE_HELLO, PYTHON_HELLO } from "./hello.ts";
import { residentMib } from "./idle-server.ts";
import { latency, throughput } from "./measure.ts";
import { awsJson, get } from "./raw-http-client.ts";
import { type Row, row } from "./rows.ts";

const FRONTS = [0, 1, 2];
// Many short runs: what else the machine does makes any one of them dearer, never cheaper.
const RUNS = 12;
const WARM_UP_CALLS = 6000;
const CALLS = 2500;
const LATENCY_CALLS = 250;
const CONNECTIONS = 32;

const WORK = {
  "Python, Invoke": invocation("python"),
  "Node.js, Invoke": invocation("node"),
  SendMessage: Buffer.alloc(0),
  ListFunctions: get("/2015-03-31/functions/"),
};
type Work = keyof typeof WORK;
const WORKS = Object.keys(WORK) as Work[];

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
  readonly port: number;
  readonly requests: Readonly<Record<Work, Buffer>>;
  readonly figures: Readonly<Record<Work, Figures>>;
  mib: number;
}

export async function frontRows(progress: (what: string) => void): Promise<Row[]> {
  const all: Measured[] = [];
  try {
    for (const fronts of FRONTS) all.push(await start(fronts));
    progress("fronts, warming up");
    for (const { port, requests } of all) {
      for (const work of WORKS) await throughput(port, requests[work], CONNECTIONS, WARM_UP_CALLS);
    }
    for (let run = 0; run < RUNS; run++) {
      progress(`fronts, run ${run + 1} of ${RUNS}`);
      // Interleaved, so that a slow moment of the machine hits all alike.
      for (const work of WORKS) for (const each of all) await measure(each, work);
    }
    for (const each of all) each.mib = residentMib(each.server.child.pid);
    return [...WORKS.flatMap((work) => rowsOf(all, work)), ...memoryRows(all)];
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
  const lambda = lambdaClient(server.url);
  await createFunction(lambda, "python", PYTHON_HELLO);
  await createFunction(lambda, "node", NODE_HELLO, NODE);
  lambda.destroy();
  const sqs = sqsClient(server.url);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "queue" }));
  sqs.destroy();
  const SendMessage = awsJson("AmazonSQS.SendMessage", { QueueUrl, MessageBody: "hello" });
  const none = (): Figures => ({ ownMicros: [], frontMicros: [], rate: [], p50Ms: [] });
  return {
    ...{ fronts, dataDir, server },
    port: Number(new URL(server.url).port),
    requests: { ...WORK, SendMessage },
    figures: Object.fromEntries(WORKS.map((work) => [work, none()])) as Record<Work, Figures>,
    mib: 0,
  };
}

async function measure({ server, port, requests, figures }: Measured, work: Work): Promise<void> {
  const { ownMicros, frontMicros, rate, p50Ms } = figures[work];
  const before = threadMicros(server.child.pid);
  rate.push(await throughput(port, requests[work], CONNECTIONS, CALLS));
  const after = threadMicros(server.child.pid);
  ownMicros.push((after.own - before.own) / CALLS);
  frontMicros.push((after.fronts - before.fronts) / CALLS);
  p50Ms.push((await latency(port, [requests[work]], LATENCY_CALLS)).p50Ms);
}

function rowsOf(all: readonly Measured[], work: Work): Row[] {
  const base = all[0]?.figures[work];
  return all.flatMap(({ fronts, figures }) => {
    const { ownMicros, frontMicros, rate, p50Ms } = figures[work];
    const beside = (runs: readonly number[] = []) => (fronts === 0 ? undefined : { of: "no fronts", runs });
    const name = `${work}, ${frontsText(fronts)}`;
    const ceiling = (micros: readonly number[] = []) => micros.map((each) => 1e6 / each);
    return [
      row(`${name}: processor time of the server's thread`, "µs", ownMicros, beside(base?.ownMicros)),
      row(`${name}: that thread alone`, "calls/s", ceiling(ownMicros), beside(ceiling(base?.ownMicros))),
      ...(fronts === 0 ? [] : [row(`${name}: processor time of all fronts`, "µs", frontMicros)]),
      row(`${name}: ${CONNECTIONS} connections, here`, "calls/s", rate, beside(base?.rate)),
      row(`${name}: 1 client, p50`, "ms", p50Ms, beside(base?.p50Ms)),
    ];
  });
}

function memoryRows(all: readonly Measured[]): Row[] {
  const none = { of: "no fronts", runs: [all[0]?.mib ?? Number.NaN] };
  return all.map(({ fronts, mib }) =>
    row(
      `Server after all that, ${frontsText(fronts)}: resident`,
      "MiB",
      [mib],
      fronts === 0 ? undefined : none,
    ),
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
