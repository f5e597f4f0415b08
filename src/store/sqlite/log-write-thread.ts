/** The server's end of the thread that writes logs: starts it when there is something to write, ends it when there is not. */
import type { Worker } from "node:worker_threads";
import { LOGS_LIMITS } from "../../config/mod.ts";
import { type Clock, startThread, type Timer } from "../../kit/mod.ts";
import type { WriteAnswer, WriteRequest, WriteWorkerData, WritingCalls } from "./log-write-worker.ts";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class LogWriteThread {
  readonly #data: WriteWorkerData;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  /** While a thread closes its database, the next one must not open it. */
  #closing: Promise<void> | undefined;
  #idle: Timer | undefined;
  #lastId = 0;

  constructor(data: WriteWorkerData, clock: Clock) {
    this.#data = data;
    this.#clock = clock;
  }

  /** Calls take effect in the order in which they are made. Rejects as the call does, or when the thread ends under it. */
  async call<Name extends keyof WritingCalls>(
    name: Name,
    ...args: Parameters<WritingCalls[Name]>
  ): Promise<Awaited<ReturnType<WritingCalls[Name]>>> {
    this.#idle?.cancel();
    while (this.#closing !== undefined) await this.#closing;
    this.#worker ??= this.#start();
    return (await this.#send(this.#worker, name, args)) as Awaited<ReturnType<WritingCalls[Name]>>;
  }

  /** Resolves when the database is closed. A call made later opens it again. */
  async close(): Promise<void> {
    this.#idle?.cancel();
    while (this.#closing !== undefined) await this.#closing;
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    this.#closing = this.#end(worker).finally(() => {
      this.#closing = undefined;
    });
    await this.#closing;
  }

  #start(): Worker {
    const worker = startThread(new URL("./log-write-worker.ts", import.meta.url), { workerData: this.#data });
    worker.on("message", (answer: WriteAnswer) => this.#receive(answer));
    worker.on("error", (error) => this.#fail(worker, error as Error));
    worker.on("exit", () => this.#fail(worker, new Error("the thread that writes logs ended")));
    return worker;
  }

  #send(worker: Worker, name: keyof WritingCalls, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      // Throws for what cannot be copied; then nobody waits for an answer.
      worker.postMessage({ id, name, args } satisfies WriteRequest);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  async #end(worker: Worker): Promise<void> {
    const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    await this.#send(worker, "close", []).catch(() => {
      // It ended before it could answer: its database is closed all the same.
    });
    await gone;
  }

  #receive(answer: WriteAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("result" in answer) waiting?.resolve(answer.result);
    else waiting?.reject(Object.assign(new Error(answer.failure.message), answer.failure));
    if (this.#waiting.size > 0 || this.#worker === undefined) return;
    this.#idle?.cancel();
    this.#idle = this.#clock.after(LOGS_LIMITS.writeThreadIdleMs, () => {
      if (this.#waiting.size === 0) void this.close();
    });
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#worker = undefined;
    else if (this.#worker !== undefined) return;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
