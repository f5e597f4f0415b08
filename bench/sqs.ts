/**
 * `npm run bench:sqs`: what a backlog costs a queue. Sends, and whole ways of messages (send, receive, delete), through HTTP
 * with a thousand, ten thousand, a hundred thousand and a million messages waiting, beside the floor: the same rows written
 * to a bare SQLite file in the same run, each batch on disk before the next. Prints a table. Fails nothing.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type ServerProcess, spawnServer, temporaryFolder } from "../testkit/server.ts";
import { awsJson, openConnection, type RawConnection } from "./raw-http-client.ts";
import { percentile } from "./statistics.ts";

const SIZES = (process.env["BENCH_SQS_SIZES"] ?? "1000,10000,100000,1000000").split(",").map(Number);
const CONNECTIONS = 16;
const BATCH = 10;
const BODY = "x".repeat(200);
const MEASURED_MESSAGES = 10_000;
const LATENCY_CALLS = 300;
const RUNS = 5;
const FLOOR_COMMITS = 300;

type Measured = Map<string, { unit: string; values: number[] }>;

const measured: Measured = new Map();

function note(what: string, unit: string, value: number): void {
  const row = measured.get(what) ?? { unit, values: [] };
  row.values.push(value);
  measured.set(what, row);
}

interface Kind {
  readonly name: string;
  readonly url: string;
  /** What an entry needs besides its body. */
  entry(index: number): object;
}

let unique = 0;

async function main(): Promise<void> {
  const dataDir = await temporaryFolder();
  let server = await spawnServer(dataDir);
  try {
    for (const name of ["standard", "fifo"]) {
      let kind = await makeQueue(server, name);
      let there = 0;
      for (const size of SIZES) {
        console.error(`bench: ${name} queue, ${size} messages …`);
        const filled = await sendBatches(server, kind, size - there);
        note(`${name}: sent in batches of ten, while the backlog grows to this`, "messages/s", filled);
        there = size;
        server = await restarted(server, dataDir, name);
        kind = { ...kind, url: kind.url.replace(/http:\/\/[^/]+/, server.url) };
        await measure(server, kind);
        note(`${name}: memory of the server`, "MiB", residentMib(server));
      }
    }
    note("queues.db", "MiB", (await stat(path.join(dataDir, "queues.db"))).size / 2 ** 20);
  } finally {
    server.child.kill("SIGKILL");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  }
  console.log(table());
}

/** Medians of several runs: the first finds a server that has only just started. The backlog is left as long as it was. */
async function measure(server: ServerProcess, kind: Kind): Promise<void> {
  const runs = new Map<string, { unit: string; values: number[] }>();
  const add = (what: string, unit: string, value: number): void => {
    const row = runs.get(what) ?? { unit, values: [] };
    row.values.push(value);
    runs.set(what, row);
  };
  for (let run = 0; run < RUNS; run++) {
    add("sent in batches of ten", "messages/s", await sendBatches(server, kind, MEASURED_MESSAGES));
    add("received and deleted, in tens", "messages/s", await drain(server, kind, MEASURED_MESSAGES));
    add("sent, received and deleted, in tens", "messages/s", await wholeWays(server, kind, BATCH));
    add("sent, received and deleted, one by one", "messages/s", await wholeWays(server, kind, 1));
    add("SendMessage, one client, p50", "ms", await sendLatency(server, kind));
    await drain(server, kind, LATENCY_CALLS);
    for (const rows of [1, BATCH, BATCH * CONNECTIONS]) {
      add(`floor at the same time: rows into bare SQLite, ${rows} a commit`, "rows/s", await floor(rows));
    }
  }
  for (const [what, { unit, values }] of runs) note(`${kind.name}: ${what}`, unit, percentile(values, 0.5));
}

async function makeQueue({ url }: ServerProcess, name: string): Promise<Kind> {
  const isFifo = name === "fifo";
  const queue = isFifo ? "bench.fifo" : "bench";
  const Attributes = { VisibilityTimeout: "600", ...(isFifo && { FifoQueue: "true" }) };
  const connection = await openConnection(portOf(url));
  await ask(connection, "CreateQueue", { QueueName: queue, Attributes });
  connection.close();
  return {
    name,
    url: `${url}/000000000000/${queue}`,
    entry: (index) =>
      isFifo ? { MessageGroupId: `g${index % 1000}`, MessageDeduplicationId: `d${unique++}` } : {},
  };
}

/** Messages a second, over several connections. */
async function sendBatches(server: ServerProcess, kind: Kind, messages: number): Promise<number> {
  let left = messages;
  return rate(server, messages, async (connection) => {
    while (left > 0) {
      const count = Math.min(BATCH, left);
      left -= count;
      await send(connection, kind, count);
    }
  });
}

async function wholeWays(server: ServerProcess, kind: Kind, size: number): Promise<number> {
  const messages = size === 1 ? MEASURED_MESSAGES / 5 : MEASURED_MESSAGES;
  let left = messages;
  return rate(server, messages, async (connection) => {
    while (left > 0) {
      left -= size;
      await send(connection, kind, size);
      await receiveAndDelete(connection, kind, size);
    }
  });
}

/** The backlog is as long as before when what was sent is taken out again. */
async function drain(server: ServerProcess, kind: Kind, messages: number): Promise<number> {
  let left = messages;
  return rate(server, messages, async (connection) => {
    while (left > 0) {
      left -= BATCH;
      await receiveAndDelete(connection, kind, BATCH);
    }
  });
}

async function receiveAndDelete(connection: RawConnection, { url }: Kind, size: number): Promise<void> {
  const receive = { QueueUrl: url, MaxNumberOfMessages: size };
  type Received = { readonly Messages?: readonly { readonly ReceiptHandle: string }[] };
  const { Messages = [] } = await ask<Received>(connection, "ReceiveMessage", receive);
  if (Messages.length !== size) throw new Error(`${Messages.length} messages instead of ${size}`);
  const [first] = Messages;
  if (size === 1) {
    await ask(connection, "DeleteMessage", { QueueUrl: url, ReceiptHandle: first?.ReceiptHandle });
    return;
  }
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `e${index}`, ReceiptHandle }));
  await ask(connection, "DeleteMessageBatch", { QueueUrl: url, Entries });
}

async function rate(
  { url }: ServerProcess,
  messages: number,
  work: (connection: RawConnection) => Promise<void>,
): Promise<number> {
  const open = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(portOf(url))));
  const startedMs = performance.now();
  await Promise.all(open.map(work));
  const seconds = (performance.now() - startedMs) / 1000;
  for (const connection of open) connection.close();
  return messages / seconds;
}

async function send(connection: RawConnection, kind: Kind, count: number): Promise<void> {
  const entry = (index: number) => ({
    MessageBody: BODY,
    ...kind.entry(Math.floor(Math.random() * 1e6) + index),
  });
  if (count === 1) {
    await ask(connection, "SendMessage", { QueueUrl: kind.url, ...entry(0) });
    return;
  }
  const Entries = Array.from({ length: count }, (_, index) => ({ Id: `e${index}`, ...entry(index) }));
  await ask(connection, "SendMessageBatch", { QueueUrl: kind.url, Entries });
}

async function sendLatency({ url }: ServerProcess, kind: Kind): Promise<number> {
  const connection = await openConnection(portOf(url));
  const samples: number[] = [];
  for (let call = 0; call < LATENCY_CALLS; call++) {
    const startedMs = performance.now();
    await send(connection, kind, 1);
    samples.push(performance.now() - startedMs);
  }
  connection.close();
  return percentile(samples, 0.5);
}

/** A server that was just started reads its backlog from the disk; the first receive is counted as part of the start. */
async function restarted(server: ServerProcess, dataDir: string, name: string): Promise<ServerProcess> {
  server.child.kill("SIGKILL");
  await server.exited;
  const startedMs = performance.now();
  const next = await spawnServer(dataDir);
  const connection = await openConnection(portOf(next.url));
  const queue = name === "fifo" ? "bench.fifo" : "bench";
  const readyMs = performance.now();
  const QueueUrl = `${next.url}/000000000000/${queue}`;
  await ask(connection, "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
  note(`${name}: start after a kill, to the ready line`, "ms", readyMs - startedMs);
  note(`${name}: first receive after it`, "ms", performance.now() - readyMs);
  connection.close();
  return next;
}

async function ask<Output>(connection: RawConnection, operation: string, input: object): Promise<Output> {
  const { status, body } = await connection.ask(awsJson(`AmazonSQS.${operation}`, input));
  if (status !== 200) throw new Error(`${operation} was answered ${status}: ${body}`);
  return (body.length === 0 ? {} : JSON.parse(body.toString("utf8"))) as Output;
}

/** Rows a second into a bare file: rows like those of messages, no HTTP, no queue, the same promise to the disk. */
async function floor(rowsOfCommit: number): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lambkin-bench-"));
  const db = new DatabaseSync(path.join(folder, "floor.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  db.exec("CREATE TABLE rows (seq INTEGER PRIMARY KEY, box INTEGER, sent_ms INTEGER, head TEXT, body TEXT)");
  db.exec("CREATE INDEX rows_by_box ON rows (box, seq)");
  const insert = db.prepare("INSERT INTO rows (box, sent_ms, head, body) VALUES (1, ?, ?, ?)");
  const head = JSON.stringify({ id: "00000000-0000-0000-0000-000000000000", senderId: "000000000000" });
  const startedMs = performance.now();
  for (let commit = 0; commit < FLOOR_COMMITS; commit++) {
    db.exec("BEGIN IMMEDIATE");
    for (let row = 0; row < rowsOfCommit; row++) insert.run(Date.now(), head, BODY);
    db.exec("COMMIT");
  }
  const seconds = (performance.now() - startedMs) / 1000;
  db.close();
  await rm(folder, { recursive: true });
  return (FLOOR_COMMITS * rowsOfCommit) / seconds;
}

function table(): string {
  const cells = (values: readonly string[]): string => `| ${values.join(" | ")} |`;
  const rows = [...measured].map(([what, { unit, values }]) => cells([what, unit, ...values.map(shown)]));
  return [
    cells(["messages waiting", "unit", ...SIZES.map((size) => size.toLocaleString("en"))]),
    cells(["---", "---", ...SIZES.map(() => "---")]),
    ...rows,
  ].join("\n");
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}

function residentMib({ child }: ServerProcess): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

await main();
