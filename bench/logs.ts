/**
 * `npm run bench:logs`: what logs cost. Lines written through the log writer and how long they hold up the server's thread,
 * then searches, queries and reads of ten million lines in one group, each beside its floor in the same run: the same rows
 * written to, or looked through in, a bare SQLite file. Prints a table. Fails nothing.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../src/kit/mod.ts";
import type { LogEvent, Operation, OperationTable, RequestContext } from "../src/model/mod.ts";
import { LogWriter } from "../src/observe/mod.ts";
import { Logs } from "../src/services/logs/mod.ts";
import { SqliteLogJobs, ThreadedLogStore } from "../src/store/mod.ts";

const LINES = Number(process.env["BENCH_LOGS_LINES"] ?? 10_000_000);
const BATCH = 2000;
const STREAMS = 20;
const BURST = 50_000;
const STEADY_LINES_PER_MS = 10;
const STEADY_MS = 5000;
const GROUP = "/aws/lambda/bench";
const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const CONTEXT = { ...SCOPE, requestId: "r", accessKeyId: undefined, baseUrl: "", traceId: undefined };
const FIRST_MS = Date.now() - LINES;
const refs = Array.from({ length: STREAMS }, (_, index) => ({
  ...SCOPE,
  group: GROUP,
  stream: `stream-${index}`,
}));

interface Result {
  readonly what: string;
  readonly value: string;
  readonly floor: string;
  /** Of all threads of the process: on a machine that does other things at the same time it tells more than the clock. */
  readonly processor: string;
  /** The longest time in which the server's thread did nothing else. */
  readonly heldUp: string;
}

const results: Result[] = [];

function line(number: number): LogEvent {
  const level = number % 100 === 0 ? "ERROR" : "INFO";
  const rare = number === Math.floor(LINES / 2) ? "needle " : "";
  const message =
    `{"timestamp":"2026-11-21T10:00:00.000Z","level":"${level}","requestId":"8f507cfc-${number}",` +
    `"message":"${rare}handled order ${(number * 7) % 100_003}","ms":${number % 977}}\n`;
  return { timestampMs: FIRST_MS + number, message };
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lambkin-bench-logs-"));
  try {
    const floorLinesPerSecond = bareInserts(path.join(folder, "floor.db"));
    await writing(path.join(folder, "written.db"), floorLinesPerSecond);
    await reading(path.join(folder, "logs.db"), floorLinesPerSecond);
  } finally {
    await rm(folder, { recursive: true });
  }
  console.log(
    `${os.cpus().length} processors (${os.cpus()[0]?.model}), Node ${process.version}, ${LINES} lines\n`,
  );
  console.log(
    "| what | result | processor | floor (processor) | thread held up, at most |\n|---|---|---|---|---|",
  );
  for (const { what, value, processor, floor, heldUp } of results) {
    console.log(`| ${what} | ${value} | ${processor} | ${floor} | ${heldUp} |`);
  }
}

/** One table, no index, a transaction a batch. */
function bareInserts(file: string): number {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE lines (time_ms, message)");
  const insert = db.prepare("INSERT INTO lines VALUES (?, ?)");
  const count = Math.min(LINES, 500_000);
  const startedMs = performance.now();
  for (let first = 0; first < count; first += BATCH) {
    db.exec("BEGIN");
    for (let number = first; number < first + BATCH; number++) {
      const { timestampMs, message } = line(number);
      insert.run(timestampMs, message);
    }
    db.exec("COMMIT");
  }
  const seconds = (performance.now() - startedMs) / 1000;
  db.close();
  return count / seconds;
}

/** A burst that comes at once, and a stream of lines as fast as busy functions print. */
async function writing(file: string, floor: number): Promise<void> {
  const store = new ThreadedLogStore(file, systemClock);
  const writer = new LogWriter({ store, clock: systemClock, reportFault: console.error });
  const lines = Array.from({ length: BURST }, (_, number) => line(number));
  const burst = await held(async () => {
    const startedMs = performance.now();
    for (const [number, each] of lines.entries()) writer.write(ref(number), each);
    await writer.flush();
    return BURST / ((performance.now() - startedMs) / 1000);
  });
  note(`a burst of ${BURST} lines is written`, perSecond(burst.result), perSecond(floor), burst.heldUpMs);
  const steady = await held(async () => {
    let number = 0;
    const startedMs = performance.now();
    for (let nowMs = startedMs; nowMs - startedMs < STEADY_MS; nowMs = performance.now()) {
      const due = (nowMs - startedMs) * STEADY_LINES_PER_MS;
      for (; number < due; number++) writer.write(ref(number), line(number));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await writer.flush();
    return number / ((performance.now() - startedMs) / 1000);
  });
  note(`${STEADY_LINES_PER_MS * 1000} lines a second come`, perSecond(steady.result), "", steady.heldUpMs);
  await writer.close();
  await store.close();
}

async function reading(file: string, floorLinesPerSecond: number): Promise<void> {
  console.error(`bench: writing ${LINES} lines …`);
  const store = new ThreadedLogStore(file, systemClock);
  const jobs = new SqliteLogJobs(file, systemClock);
  const writer = new LogWriter({ store, clock: systemClock, reportFault: console.error });
  const service = new Logs({
    ...{ store, writer, jobs, clock: systemClock, putMetric: () => {}, reportFault: console.error },
    targets: { find: async () => undefined, invoke: async () => {}, payloadBytesMax: 0 },
  });
  const startedMs = performance.now();
  for (let first = 0; first < LINES; first += BATCH) await store.append(batch(first), Date.now());
  const lines = LINES / ((performance.now() - startedMs) / 1000);
  note("the store takes them", perSecond(lines), perSecond(floorLinesPerSecond), undefined);
  const bytes = (await stat(file)).size;
  note("the file", `${Math.round(bytes / 2 ** 20)} MiB`, "", undefined);

  const filter = (filterPattern: string) => search(service.operations, filterPattern);
  const floors = bareScans(file);
  for (const round of ["first", "again"]) {
    await timed(`FilterLogEvents, one line with a rare term, ${round}`, () => filter("needle"), floors.instr);
  }
  await timed("FilterLogEvents, a term that no line has", () => filter('"no such thing"'), floors.instr);
  await timed(
    'FilterLogEvents, { $.level = "ERROR" && $.ms > 970 }, first page',
    () => search(service.operations, '{ $.level = "ERROR" && $.ms > 970 }', 1),
    floors.instr,
  );
  await timed(
    "FilterLogEvents, { $.ms > 5000 }, which no line has",
    () => filter("{ $.ms > 5000 }"),
    floors.parse,
  );
  await timed(
    "Insights: stats count(*) by bin(1h)",
    () => ask(service.operations, "stats count(*) by bin(1h)"),
    floors.read,
  );
  await timed(
    "Insights: filter level = 'ERROR' | stats count(*), avg(ms), pct(ms, 99) by bin(1h)",
    () => ask(service.operations, "filter level = 'ERROR' | stats count(*), avg(ms), pct(ms, 99) by bin(1h)"),
    floors.instr,
  );
  await timed(
    "Insights: stats avg(ms) by level",
    () => ask(service.operations, "stats avg(ms) by level"),
    floors.parse,
  );
  await timed(
    "Insights: sort @timestamp desc | limit 20",
    () => ask(service.operations, "sort @timestamp desc | limit 20"),
    undefined,
  );
  const tail = { logGroupName: GROUP, logStreamName: "stream-1", limit: 100 };
  await timed(
    "GetLogEvents, the last hundred",
    () => call(service.operations, "GetLogEvents", tail),
    undefined,
  );
  await service.close();
  await writer.close();
  await jobs.close();
  await store.close();
}

/** All there is, by the means of the database and of the language alone; seconds of the processor. */
function bareScans(file: string): { read: number; instr: number; parse: number } {
  const db = new DatabaseSync(file, { readOnly: true });
  const seconds = (work: () => void) => {
    const before = processorSeconds();
    work();
    return processorSeconds() - before;
  };
  const read = seconds(() => db.prepare("SELECT SUM(length(message)) FROM events").get());
  const instr = seconds(() =>
    db.prepare("SELECT COUNT(*) FROM events WHERE instr(message, 'needle') > 0").get(),
  );
  const sample = Array.from({ length: 100_000 }, (_, number) => line(number).message);
  const parsed = seconds(() => sample.map((message) => JSON.parse(message) as unknown));
  db.close();
  return { read, instr, parse: read + (parsed * LINES) / sample.length };
}

function batch(first: number) {
  const streams = refs.map((stream) => ({ stream, events: [] as LogEvent[] }));
  const end = Math.min(first + BATCH, LINES);
  for (let number = first; number < end; number++) streams[number % STREAMS]?.events.push(line(number));
  return streams;
}

function ref(number: number) {
  return refs[number % STREAMS] ?? { ...SCOPE, group: GROUP, stream: "" };
}

async function search(operations: OperationTable, filterPattern: string, pagesMax = 1000): Promise<void> {
  let nextToken: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const answer = await call(operations, "FilterLogEvents", {
      logGroupName: GROUP,
      filterPattern,
      nextToken,
    });
    nextToken = (answer as { nextToken?: string }).nextToken;
    if (nextToken === undefined) return;
  }
}

async function ask(operations: OperationTable, queryString: string): Promise<void> {
  const input = {
    logGroupName: GROUP,
    startTime: 0,
    endTime: Math.ceil(Date.now() / 1000) + 60,
    queryString,
  };
  const started = (await call(operations, "StartQuery", input)) as { queryId: string };
  for (;;) {
    const { status } = (await call(operations, "GetQueryResults", started)) as { status: string };
    if (status === "Complete") return;
    if (status !== "Running") throw new Error(`the query is ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function call(operations: OperationTable, name: string, input: object): Promise<unknown> {
  const operation = operations[name] as Operation<object>;
  return operation(input, CONTEXT as RequestContext);
}

async function timed(
  what: string,
  work: () => Promise<unknown>,
  floorSeconds: number | undefined,
): Promise<void> {
  console.error(`bench: ${what} …`);
  const startedMs = performance.now();
  const before = processorSeconds();
  const { heldUpMs } = await held(work);
  const seconds = (performance.now() - startedMs) / 1000;
  const floor = floorSeconds === undefined ? "" : inSeconds(floorSeconds);
  note(what, inSeconds(seconds), floor, heldUpMs, inSeconds(processorSeconds() - before));
}

/** The result, and the longest pause of this thread meanwhile. */
async function held<T>(work: () => Promise<T>): Promise<{ result: T; heldUpMs: number }> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const result = await work();
  delays.disable();
  return { result, heldUpMs: delays.max / 1e6 };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function note(
  what: string,
  value: string,
  floor: string,
  heldUpMs: number | undefined,
  processor = "",
): void {
  results.push({
    what,
    value,
    floor,
    processor,
    heldUp: heldUpMs === undefined ? "" : `${heldUpMs.toFixed(1)} ms`,
  });
}

function perSecond(lines: number): string {
  return `${Math.round(lines / 1000)},000 lines/s`;
}

function inSeconds(seconds: number): string {
  return seconds < 0.1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}

await main();
