/** The thread that writes logs: it alone changes the log database, so that no commit holds up the server's thread. */
import { parentPort, workerData } from "node:worker_threads";
import type { LogFilterRecord } from "../log-filter-store.ts";
import type { LogAppend, LogGroupRecord, LogGroupSettings } from "../log-store.ts";
import { SqliteLogStore } from "./log-store.ts";

export interface WriteWorkerData {
  readonly file: string;
  readonly storedBytesMax: number;
}

type Scope = Parameters<SqliteLogStore["findGroup"]>[0];
type StreamRef = Parameters<SqliteLogStore["findStream"]>[0];

/** What can be asked of it, by name: the writing half of a log store. */
export function writingCalls(store: SqliteLogStore) {
  return {
    createGroup: (scope: Scope, group: LogGroupRecord) => store.createGroup(scope, group),
    deleteGroup: (scope: Scope, name: string) => store.deleteGroup(scope, name),
    setGroup: (scope: Scope, name: string, settings: Partial<LogGroupSettings>) =>
      store.updateGroup(scope, name, () => settings),
    createStream: (ref: StreamRef, createdAtMs: number) => store.createStream(ref, createdAtMs),
    deleteStream: (ref: StreamRef) => store.deleteStream(ref),
    append: (batch: readonly LogAppend[], ingestedAtMs: number) => store.append(batch, ingestedAtMs),
    enforceBounds: (nowMs: number, bytesMax: number) => store.enforceBounds(nowMs, bytesMax),
    putFilter: (filter: LogFilterRecord) => store.putFilter(filter),
    deleteFilter: (...args: Parameters<SqliteLogStore["deleteFilter"]>) => store.deleteFilter(...args),
    close: () => store.close(),
  };
}

export type WritingCalls = ReturnType<typeof writingCalls>;

export interface WriteRequest {
  readonly id: number;
  readonly name: keyof WritingCalls;
  readonly args: readonly unknown[];
}

/** What a failure needs to be recognised for what it is on the other side. */
export interface WriteFailure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: unknown;
  readonly errcode: unknown;
}

export type WriteAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: WriteFailure };

if (parentPort !== null) serve(workerData as WriteWorkerData);

function serve({ file, storedBytesMax }: WriteWorkerData): void {
  const calls = writingCalls(new SqliteLogStore(file, { storedBytesMax }));
  parentPort?.on("message", async ({ id, name, args }: WriteRequest) => {
    let answer: WriteAnswer;
    try {
      const call = calls[name] as (...args: readonly unknown[]) => Promise<unknown>;
      answer = { id, result: await call(...args) };
    } catch (error) {
      answer = { id, failure: failureOf(error) };
    }
    parentPort?.postMessage(answer);
    if (name === "close") parentPort?.close();
  });
}

function failureOf(error: unknown): WriteFailure {
  const { message, stack, code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  return { message: String(message), stack, code, errcode };
}
