/**
 * Bounds the memory of a process tree where no control group can: looks from time to time, and tells when it is too much.
 * What a guest takes between two looks is bounded by the data limit that each of its processes has.
 */
import { readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
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
      if (this.#look() <= bytesMax || memoryOfTree(processId, PROPORTIONAL) <= bytesMax) return;
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
    const bytes = memoryOfTree(this.#processId, RESIDENT);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    return bytes;
  }
}

interface Measure {
  /** Below a process's folder in /proc. */
  readonly file: string;
  readonly anonymous: RegExp;
  readonly shared: RegExp;
}

/** Cheap; pages that forked processes share count for each of them. */
const RESIDENT: Measure = {
  file: "status",
  anonymous: /^RssAnon:\s+(\d+) kB/m,
  shared: /^RssShmem:\s+(\d+) kB/m,
};

/** Counts each shared page once; the kernel walks page tables for it. */
const PROPORTIONAL: Measure = {
  file: "smaps_rollup",
  anonymous: /^Pss_Anon:\s+(\d+) kB/m,
  shared: /^Pss_Shmem:\s+(\d+) kB/m,
};

/** Bytes that are the processes' own: pages of files are the machine's to take back. */
function memoryOfTree(processId: number, measure: Measure): number {
  let anonymousKib = 0;
  let sharedKib = 0;
  const pending = [processId];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    try {
      const text = readFileSync(`/proc/${next}/${measure.file}`, "latin1");
      anonymousKib += Number(measure.anonymous.exec(text)?.[1] ?? 0);
      sharedKib += Number(measure.shared.exec(text)?.[1] ?? 0);
    } catch {
      // Ended while we looked.
    }
    pending.push(...childrenOf(next));
  }
  // What is in /dev/shm may be mapped, too: it is not to count twice.
  return anonymousKib * KIB + Math.max(sharedKib * KIB, sharedMemoryFiles(processId));
}

const SHARED_MEMORY = "/dev/shm";

/** Bytes in the guest's own /dev/shm: no process has them resident unless it maps them. */
function sharedMemoryFiles(processId: number): number {
  const [init] = childrenOf(processId);
  if (init === undefined) return 0;
  try {
    const folder = `/proc/${init}/root${SHARED_MEMORY}`;
    // Without isolation, and until the sandbox has its root, it is the machine's.
    if (statSync(folder).dev === statSync(SHARED_MEMORY, { throwIfNoEntry: false })?.dev) return 0;
    const { bsize, blocks, bfree } = statfsSync(folder);
    return (blocks - bfree) * bsize;
  } catch {
    // Gone, not there yet, or not to be looked into.
    return 0;
  }
}

/** Processes that are `depth` generations below. */
export function generation(processId: number, depth: number): number[] {
  let ids = [processId];
  for (let below = 0; below < depth; below++) ids = ids.flatMap(childrenOf);
  return ids;
}

/** Of these processes the first that is in the most process namespaces, one inside the other; undefined where none lives. */
export function innermost(processIds: readonly number[]): number | undefined {
  const depths = processIds.map((id) => ({ id, depth: namespaceDepth(id) }));
  const deepest = Math.max(0, ...depths.map(({ depth }) => depth));
  return depths.find(({ depth }) => depth > 1 && depth === deepest)?.id;
}

/** Undefined for a process that is gone. */
export function userOf(processId: number): number | undefined {
  try {
    const id = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${processId}/status`, "latin1"))?.[1];
    return id === undefined ? undefined : Number(id);
  } catch {
    return undefined;
  }
}

/** 1 is that of the machine; 0 for a process that is gone. */
function namespaceDepth(processId: number): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "latin1");
    return /^NSpid:(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/).length ?? 0;
  } catch {
    return 0;
  }
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
