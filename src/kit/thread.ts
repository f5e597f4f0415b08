/** Threads of this process. */
import { Worker, type WorkerOptions } from "node:worker_threads";

const ENTRY = new URL("./thread.mjs", import.meta.url);

/** Runs `module` in a thread, from what was compiled of it at an earlier start. */
export function startThread(module: URL, options: Omit<WorkerOptions, "argv">): Worker {
  return new Worker(ENTRY, { ...options, argv: [module.href] });
}
