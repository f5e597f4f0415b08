/** Runs log jobs in a thread that is started when there is one and ended when there has been none for a while. */
import type { Worker } from "node:worker_threads";
import { LOGS_LIMITS } from "../../config/mod.ts";
import { type Clock, startThread, type Timer } from "../../kit/mod.ts";
import type { LogJobRequest, LogJobs } from "../log-job.ts";
import type { FromJobWorker, ToJobWorker } from "./log-job-worker.ts";

const RESTARTS_MAX = 3;

interface Running {
  readonly request: LogJobRequest;
  /** Threads that ended under it. */
  restarts: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class SqliteLogJobs implements LogJobs {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #running = new Map<number, Running>();
  #worker: Worker | undefined;
  #idle: Timer | undefined;
  #lastId = 0;

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Rejects when the job fails, is stopped, or the thread ends under it. */
  run(request: LogJobRequest): Promise<unknown> {
    const { module, options, signal } = request;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = ++this.#lastId;
    this.#running.set(id, { request, restarts: 0, resolve, reject });
    this.#idle?.cancel();
    this.#worker ??= this.#start();
    this.#send({ kind: "run", id, module, options });
    const stop = () => this.#stop(id);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
    return promise.finally(() => signal?.removeEventListener("abort", stop));
  }

  async close(): Promise<void> {
    this.#idle?.cancel();
    const worker = this.#worker;
    this.#worker = undefined;
    for (const job of this.#running.values()) job.reject(new Error("the server stops"));
    this.#running.clear();
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = startThread(new URL("./log-job-worker.ts", import.meta.url), {
      workerData: this.#file,
      resourceLimits: { maxOldGenerationSizeMb: LOGS_LIMITS.jobMemoryMibMax },
    });
    worker.on("message", (message: FromJobWorker) => this.#receive(message));
    worker.on("error", (error) => this.#end(worker, error as Error));
    worker.on("exit", () => this.#restart(worker));
    return worker;
  }

  #send(message: ToJobWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: FromJobWorker): void {
    const job = this.#running.get(message.id);
    if (job === undefined) return;
    if (message.kind === "progress") {
      job.request.onProgress?.(message.progress);
      return;
    }
    this.#running.delete(message.id);
    if (message.kind === "done") job.resolve(message.result);
    else job.reject(new Error(message.message));
    this.#restWhenIdle();
  }

  /** A job that does not end by itself (an expression that never comes to its end) is ended with its thread. */
  #stop(id: number): void {
    const job = this.#running.get(id);
    if (job === undefined) return;
    this.#send({ kind: "stop", id });
    this.#clock.after(LOGS_LIMITS.jobStopMs, () => {
      if (this.#running.get(id) !== job) return;
      this.#running.delete(id);
      job.reject(new Error("the job was stopped"));
      void this.#worker?.terminate();
    });
  }

  /** The thread was ended for the sake of one job: the others, which only read, begin again in the next. */
  #restart(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const [id, job] of this.#running) {
      if (job.restarts++ >= RESTARTS_MAX) {
        this.#running.delete(id);
        job.reject(new Error("the thread of log searches ended"));
        continue;
      }
      this.#worker ??= this.#start();
      const { module, options } = job.request;
      this.#send({ kind: "run", id, module, options });
    }
  }

  /** It failed as a whole, for want of memory for one: nobody knows for whose sake. */
  #end(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const job of this.#running.values()) job.reject(error);
    this.#running.clear();
  }

  #restWhenIdle(): void {
    if (this.#running.size > 0) return;
    this.#idle?.cancel();
    this.#idle = this.#clock.after(LOGS_LIMITS.jobThreadIdleMs, () => {
      if (this.#running.size === 0) void this.close();
    });
  }
}
