/** A control group per environment, v1 or v2: its memory limit and the measure of what it used. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

const MIB = 1024 * 1024;
/** After the last process ended the kernel may need a moment before a group can go. */
const REMOVE_TRIES_MAX = 50;
const REMOVE_PAUSE_MS = 10;

interface Hierarchy {
  /** The group of this server; environments are its children. */
  readonly root: string;
  readonly limitFile: string;
  readonly peakFile: string;
}

export interface Cgroup {
  /** A process joins by writing its id here. */
  readonly procsFile: string;
  peakMemoryBytes(): number;
  remove(): Promise<void>;
}

export class Cgroups {
  readonly #hierarchy: Hierarchy;

  private constructor(hierarchy: Hierarchy) {
    this.#hierarchy = hierarchy;
  }

  /** Undefined where no group may be written. Removes empty groups that killed servers left. */
  static open(): Cgroups | undefined {
    const candidates: readonly (() => Hierarchy)[] = [openV2, openV1];
    for (const candidate of candidates) {
      try {
        return new Cgroups(candidate());
      } catch {
        // Not mounted, no such controller, or not ours to write: the next one, or none.
      }
    }
    return undefined;
  }

  create(environmentId: string, memoryMib: number): Cgroup {
    const folder = path.join(this.#hierarchy.root, environmentId);
    mkdirSync(folder);
    writeFileSync(path.join(folder, this.#hierarchy.limitFile), String(memoryMib * MIB));
    const peakDescriptor = openSync(path.join(folder, this.#hierarchy.peakFile), "r");
    const text = Buffer.alloc(32);
    return {
      procsFile: path.join(folder, "cgroup.procs"),
      peakMemoryBytes: () => {
        const length = readSync(peakDescriptor, text, 0, text.length, 0);
        return Number(text.toString("latin1", 0, length).trim());
      },
      remove: async () => {
        closeSync(peakDescriptor);
        await removeGroup(folder);
      },
    };
  }

  async close(): Promise<void> {
    await removeGroup(this.#hierarchy.root);
  }
}

/** `lambkin-<process id>-<random>`: the process id tells whose groups are stale. */
const GROUP_NAME = /^lambkin-(\d+)-[0-9a-f]+$/;

/** Unified hierarchy. Throws where the memory controller cannot be had below the root. */
function openV2(): Hierarchy {
  const mount = "/sys/fs/cgroup";
  const root = makeServerGroup(mount);
  writeFileSync(path.join(mount, "cgroup.subtree_control"), "+memory");
  writeFileSync(path.join(root, "cgroup.subtree_control"), "+memory");
  return probe({ root, limitFile: "memory.max", peakFile: "memory.peak" });
}

function openV1(): Hierarchy {
  const root = makeServerGroup("/sys/fs/cgroup/memory");
  return probe({ root, limitFile: "memory.limit_in_bytes", peakFile: "memory.max_usage_in_bytes" });
}

function makeServerGroup(mount: string): string {
  // Only where this really is a cgroup file system.
  readdirSync(mount).find((name) => name === "cgroup.procs") ?? raise(`${mount} is not a cgroup`);
  removeStale(mount);
  const root = path.join(mount, `lambkin-${process.pid}-${randomBytes(4).toString("hex")}`);
  mkdirSync(root);
  return root;
}

function raise(message: string): never {
  throw new Error(message);
}

function probe(hierarchy: Hierarchy): Hierarchy {
  const folder = path.join(hierarchy.root, "probe");
  mkdirSync(folder, { recursive: true });
  try {
    const names = new Set(readdirSync(folder));
    for (const file of [hierarchy.limitFile, hierarchy.peakFile]) {
      if (!names.has(file)) raise(`no ${file}`);
    }
  } finally {
    rmdirSync(folder);
  }
  return hierarchy;
}

/** Groups of servers that no longer live. */
function removeStale(mount: string): void {
  for (const name of readdirSync(mount)) {
    const owner = GROUP_NAME.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    const root = path.join(mount, name);
    try {
      for (const entry of readdirSync(root, { withFileTypes: true })) {
        if (entry.isDirectory()) rmdirSync(path.join(root, entry.name));
      }
      rmdirSync(root);
    } catch {
      // The last processes of a killed server may still be going; the next start tries again.
    }
  }
}

async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_TRIES_MAX; attempt++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") return;
      await new Promise((resolve) => setTimeout(resolve, REMOVE_PAUSE_MS));
    }
  }
}
