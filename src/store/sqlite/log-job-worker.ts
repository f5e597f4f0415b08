/** The thread that log jobs run in: opens the log database for reading, and runs what it is sent until it is ended. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Scope } from "../../model/mod.ts";
import type { JobControl, LogJob, LogReading, LogScan, ScannedEvent } from "../log-job.ts";
import type { LogEventQuery } from "../log-store.ts";
import { LogEventReader } from "./log-event-reader.ts";
import { yieldToEventLoop } from "./transaction.ts";

const MAPPED_BYTES = 4 * 1024 * 1024 * 1024;

/** What comes in: a job, or word that one is to stop. */
export type ToJobWorker =
  | { readonly kind: "run"; readonly id: number; readonly module: string; readonly options: unknown }
  | { readonly kind: "stop"; readonly id: number };

/** What goes out. */
export type FromJobWorker =
  | { readonly kind: "progress"; readonly id: number; readonly progress: unknown }
  | { readonly kind: "done"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

class SqliteLogReading implements LogReading {
  readonly #reader: LogEventReader;
  readonly #findGroup: StatementSync;
  readonly #findStream: StatementSync;
  readonly #count: StatementSync;
  readonly #streamNames = new Map<number, string>();

  constructor(file: string) {
    const db = new DatabaseSync(file, { readOnly: true });
    db.exec(`PRAGMA mmap_size = ${MAPPED_BYTES}; PRAGMA busy_timeout = 5000;`);
    this.#reader = new LogEventReader(db, { skipsInDatabase: true });
    this.#findGroup = db.prepare("SELECT id FROM groups WHERE account = ? AND region = ? AND name = ?");
    this.#findStream = db.prepare("SELECT name FROM streams WHERE id = ?");
    this.#count = db.prepare(
      "SELECT COUNT(*) AS events FROM events WHERE group_id = ? AND time_ms >= ? AND time_ms < ?",
    );
  }

  async queryEvents(scope: Scope, group: string, query: LogEventQuery) {
    const id = this.#groupId(scope, group);
    return id === undefined ? { events: [], next: undefined } : this.#reader.read(id, query);
  }

  *slices(scope: Scope, group: string, scan: LogScan): Generator<readonly ScannedEvent[]> {
    const id = this.#groupId(scope, group);
    if (id !== undefined) yield* this.#reader.slices(id, scan);
  }

  count(scope: Scope, group: string, { fromMs, untilMs }: LogScan): number {
    const id = this.#groupId(scope, group);
    return id === undefined ? 0 : Number(this.#count.get(id, fromMs, untilMs)?.["events"]);
  }

  streamName(streamId: number): string {
    let name = this.#streamNames.get(streamId);
    if (name === undefined) {
      name = String(this.#findStream.get(streamId)?.["name"] ?? "");
      this.#streamNames.set(streamId, name);
    }
    return name;
  }

  #groupId({ accountId, region }: Scope, group: string): number | undefined {
    const id = this.#findGroup.get(accountId, region, group)?.["id"];
    return id === undefined ? undefined : Number(id);
  }
}

class Control implements JobControl {
  isStopped = false;
  readonly #id: number;

  constructor(id: number) {
    this.#id = id;
  }

  breathe(): Promise<void> {
    return yieldToEventLoop();
  }

  report(progress: unknown): void {
    send({ kind: "progress", id: this.#id, progress });
  }
}

function send(message: FromJobWorker): void {
  parentPort?.postMessage(message);
}

const reading = new SqliteLogReading(String(workerData));
const running = new Map<number, Control>();

parentPort?.on("message", (message: ToJobWorker) => {
  if (message.kind === "run") void run(message);
  else {
    const control = running.get(message.id);
    if (control !== undefined) control.isStopped = true;
  }
});

async function run({ id, module, options }: Extract<ToJobWorker, { kind: "run" }>): Promise<void> {
  const control = new Control(id);
  running.set(id, control);
  try {
    const { default: job } = (await import(module)) as { default: LogJob<unknown> };
    send({ kind: "done", id, result: await job(reading, options, control) });
  } catch (error) {
    send({ kind: "failed", id, message: error instanceof Error ? error.message : String(error) });
  }
  running.delete(id);
}
