/**
 * Bounds the memory of a process tree where no control group can: looks from time to time, and tells when it is too much.
 * What a guest takes between two looks is bounded by the data limit that each of its processes has.
 */
import { readdirSync, readFileSync } from "node:fs";
import { SANDBOX_LIMITS } from "../../config/mod.ts";

const KIB = 1024;

export class MemoryWatch {
  readonly #processId: number;
  readonly #timer: NodeJS.Timeout;
  #peakBytes = 0;

  /** `onOver` is called once, when the tree below the process holds more than `bytesMax`. */
  constructor(processId: number, bytesMax: number, onOver: () => void) {
    this.#processId = processId;
    this.#timer = setInterval(() => {
      // Forked processes share pages: what is counted for each is counted exactly only when it matters.
      if (this.#look() <= bytesMax || sharesOfTree(processId) <= bytesMax) return;
      this.stop();
      onOver();
    }, SANDBOX_LIMITS.memoryWatchMs);
    this.#timer.unref();
  }

  /** The most that was seen, bytes. */
  peakBytes(): number {
    this.#look();
    return this.#peakBytes;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): number {
    const bytes = memoryOfTree(this.#processId);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    return bytes;
  }
}

/** What is the processes' own: pages of files are the machine's to take back. Shared pages count for each. */
function memoryOfTree(processId: number): number {
  return sumOfTree(processId, "status", /^Rss(?:Anon|Shmem):\s+(\d+) kB/gm);
}

/** The same with each shared page counted once. */
function sharesOfTree(processId: number): number {
  return sumOfTree(processId, "smaps_rollup", /^Pss_(?:Anon|Shmem):\s+(\d+) kB/gm);
}

/** Adds up what the file of each process says, bytes. */
function sumOfTree(processId: number, file: string, kibLines: RegExp): number {
  let bytes = 0;
  const pending = [processId];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    try {
      const text = readFileSync(`/proc/${next}/${file}`, "latin1");
      for (const [, kib] of text.matchAll(kibLines)) bytes += Number(kib) * KIB;
    } catch {
      // Ended while we looked.
    }
    pending.push(...childrenOf(next));
  }
  return bytes;
}

/** Processes that are `depth` generations below. */
export function generation(processId: number, depth: number): number[] {
  let ids = [processId];
  for (let below = 0; below < depth; below++) ids = ids.flatMap(childrenOf);
  return ids;
}

/** Empty for a process that ended while we looked, or where there is no /proc. */
function childrenOf(processId: number): number[] {
  try {
    return readdirSync(`/proc/${processId}/task`).flatMap((task) => {
      const children = readFileSync(`/proc/${processId}/task/${task}/children`, "latin1");
      return children.trim().split(" ").filter(Boolean).map(Number);
    });
  } catch {
    return [];
  }
}
