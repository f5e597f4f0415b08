/**
 * A control group per environment, v1 or v2: limits of memory, processes and CPU share, freezing, and the measure of the
 * memory used. On v1 a group is one folder in each hierarchy, all of the same name.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";

const MIB = 1024 * 1024;
/** After the last process ended the kernel may need a moment before a group can go. */
const REMOVE_TRIES_MAX = 50;
const REMOVE_PAUSE_MS = 10;

/** What can be had of the machine; the names are the files of a group. */
interface Hierarchies {
  /** The folders of this server, one a hierarchy; environments are their children. */
  readonly roots: readonly string[];
  readonly memory: { readonly root: string; readonly limit: string; readonly peak: string };
  readonly processes: { readonly root: string } | undefined;
  readonly cpu: { readonly root: string; readonly file: string; readonly oneCore: number } | undefined;
  readonly freezer:
    | { readonly root: string; readonly file: string; readonly frozen: string; readonly thawed: string }
    | undefined;
  /** Files to write as they are, where the kernel has them. */
  readonly further: readonly { readonly file: string; readonly value: string }[];
}

export const NO_CGROUP =
  "no cgroup can be written: memory is watched instead of limited, CPU is not shared, idle functions are not frozen";

export interface Cgroup {
  /** A process joins by writing its id into each. */
  readonly procsFiles: readonly string[];
  /** Everything in the group stands still until `thaw`; false where that cannot be had. */
  freeze(): boolean;
  thaw(): void;
  /** Ids of all processes in it, and in groups below it. */
  processes(): number[];
  peakMemoryBytes(): number;
  /** Other limits of memory and CPU for the same processes. */
  resize(memoryMib: number): void;
  remove(): Promise<void>;
}

export class Cgroups {
  readonly #hierarchies: Hierarchies;

  private constructor(hierarchies: Hierarchies) {
    this.#hierarchies = hierarchies;
  }

  /** Undefined where no memory group may be written. Removes groups that killed servers left. */
  static open(): Cgroups | undefined {
    for (const candidate of [openV2, openDelegatedV2, openV1]) {
      try {
        return new Cgroups(candidate());
      } catch {
        // Not mounted, no such controller, or not ours to write: the next one, or none.
      }
    }
    return undefined;
  }

  /** Whether groups bound the number of processes. */
  get limitsProcesses(): boolean {
    return this.#hierarchies.processes !== undefined;
  }

  /** What is not limited here although it should be; for health. */
  weaknesses(): string[] {
    const { cpu, freezer } = this.#hierarchies;
    return [
      ...(cpu === undefined ? ["CPU is not shared by memory size: no cpu cgroup can be written"] : []),
      ...(freezer === undefined ? ["idle functions are not frozen: no freezer can be written"] : []),
    ];
  }

  create(sandboxId: string, memoryMib: number): Cgroup {
    const { roots, memory, processes, cpu, freezer, further } = this.#hierarchies;
    const folders = roots.map((root) => path.join(root, sandboxId));
    for (const folder of folders) mkdirSync(folder);
    const write = (root: string, file: string, value: string | number): void =>
      writeFileSync(path.join(root, sandboxId, file), String(value));
    const resize = (mib: number): void => {
      write(memory.root, memory.limit, mib * MIB);
      if (cpu === undefined) return;
      const share = (cpu.oneCore * mib) / ENVIRONMENT_LIMITS.memoryMibOfOneCore;
      write(cpu.root, cpu.file, Math.max(2, Math.round(share)));
    };
    resize(memoryMib);
    for (const { file, value } of further) write(memory.root, file, value);
    if (processes !== undefined) write(processes.root, "pids.max", ENVIRONMENT_LIMITS.processesMax);
    const peak = openSync(path.join(memory.root, sandboxId, memory.peak), "r");
    const frost = freezer && openSync(path.join(freezer.root, sandboxId, freezer.file), "w");
    const text = Buffer.alloc(32);
    let isRemoved = false;
    return {
      procsFiles: folders.map((folder) => path.join(folder, "cgroup.procs")),
      freeze: () => {
        if (freezer === undefined || frost === undefined || isRemoved) return false;
        writeSync(frost, freezer.frozen, 0);
        return true;
      },
      thaw: () => {
        if (freezer !== undefined && frost !== undefined && !isRemoved) writeSync(frost, freezer.thawed, 0);
      },
      processes: () => (isRemoved ? [] : processesOf(path.join(memory.root, sandboxId))),
      peakMemoryBytes: () => {
        const length = readSync(peak, text, 0, text.length, 0);
        return Number(text.toString("latin1", 0, length).trim());
      },
      resize,
      remove: async () => {
        closeSync(peak);
        if (frost !== undefined) closeSync(frost);
        isRemoved = true;
        await Promise.all(folders.map(removeGroup));
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#hierarchies.roots.map(removeGroup));
  }
}

/** `lambkin-<process id>-<random>`: the process id tells whose groups are stale. */
const GROUP_NAME = /^lambkin-(\d+)-[0-9a-f]+$/;

function newGroupName(): string {
  return `lambkin-${process.pid}-${randomBytes(4).toString("hex")}`;
}

const V2 = "/sys/fs/cgroup";
const V1 = "/sys/fs/cgroup";
/** Beside v1 controllers the v2 tree has none, but it freezes. */
const HYBRID_V2 = "/sys/fs/cgroup/unified";

const V2_FREEZER = { file: "cgroup.freeze", frozen: "1", thawed: "0" } as const;
const V1_FREEZER = { file: "freezer.state", frozen: "FROZEN", thawed: "THAWED" } as const;
/** Source: cgroup-v2.rst, cpu.weight: 100 is what a group has unless it is told otherwise. */
const V2_WEIGHT_OF_ONE_CORE = 100;
/** Source: sched-design-CFS.rst, cpu.shares. */
const V1_SHARES_OF_ONE_CORE = 1024;

function openV2(): Hierarchies {
  return v2Below(V2);
}

/** An ordinary user may have a subtree of the v2 tree (systemd's Delegate=yes): this process must leave its own group first. */
function openDelegatedV2(): Hierarchies {
  const own = /^0::(\/.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
  if (own === undefined || own === "/") throw new Error("not in a v2 group of its own");
  const mount = path.join(V2, own);
  const server = path.join(mount, "lambkin-server");
  mkdirSync(server, { recursive: true });
  writeFileSync(path.join(server, "cgroup.procs"), String(process.pid));
  return v2Below(mount);
}

/** Throws where the memory controller cannot be had below `mount`. */
function v2Below(mount: string): Hierarchies {
  const available = new Set(readFileSync(path.join(mount, "cgroup.controllers"), "utf8").trim().split(" "));
  if (!available.has("memory")) throw new Error("no memory controller");
  const wanted = ["memory", "pids", "cpu"].filter((name) => available.has(name));
  const enable = wanted.map((name) => `+${name}`).join(" ");
  const root = makeServerGroup(mount, newGroupName());
  writeFileSync(path.join(mount, "cgroup.subtree_control"), enable);
  writeFileSync(path.join(root, "cgroup.subtree_control"), enable);
  const files = filesOfNewGroup(root);
  return {
    roots: [root],
    memory: { root, limit: "memory.max", peak: required(files, "memory.peak") },
    processes: files.has("pids.max") ? { root } : undefined,
    cpu: files.has("cpu.weight") ? { root, file: "cpu.weight", oneCore: V2_WEIGHT_OF_ONE_CORE } : undefined,
    freezer: files.has(V2_FREEZER.file) ? { root, ...V2_FREEZER } : undefined,
    further: [
      // Over the limit all of the environment goes at once, and no swap hides that it is over.
      { file: "memory.oom.group", value: "1" },
      { file: "memory.swap.max", value: "0" },
    ].filter(({ file }) => files.has(file)),
  };
}

function openV1(): Hierarchies {
  const name = newGroupName();
  const memory = makeServerGroup(path.join(V1, "memory"), name);
  required(filesOfNewGroup(memory), "memory.max_usage_in_bytes");
  const processes = optionalGroup(path.join(V1, "pids"), name);
  const cpu = optionalGroup(path.join(V1, "cpu"), name);
  const hybrid = optionalGroup(HYBRID_V2, name);
  const freezer = hybrid ?? optionalGroup(path.join(V1, "freezer"), name);
  return {
    roots: [memory, processes, cpu, freezer].filter((root) => root !== undefined),
    memory: { root: memory, limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes" },
    processes: processes === undefined ? undefined : { root: processes },
    cpu: cpu === undefined ? undefined : { root: cpu, file: "cpu.shares", oneCore: V1_SHARES_OF_ONE_CORE },
    freezer:
      freezer === undefined
        ? undefined
        : { root: freezer, ...(freezer === hybrid ? V2_FREEZER : V1_FREEZER) },
    further: [],
  };
}

function optionalGroup(mount: string, name: string): string | undefined {
  try {
    return makeServerGroup(mount, name);
  } catch {
    return undefined;
  }
}

/** Throws where `mount` is no cgroup file system, or not ours to write. */
function makeServerGroup(mount: string, name: string): string {
  required(new Set(readdirSync(mount)), "cgroup.procs");
  removeStale(mount);
  const root = path.join(mount, name);
  mkdirSync(root);
  return root;
}

function required(files: ReadonlySet<string>, name: string): string {
  if (!files.has(name)) throw new Error(`no ${name}`);
  return name;
}

/** What a group below `root` has. */
function filesOfNewGroup(root: string): ReadonlySet<string> {
  const folder = path.join(root, "probe");
  mkdirSync(folder, { recursive: true });
  try {
    return new Set(readdirSync(folder));
  } finally {
    rmdirSync(folder);
  }
}

/** Groups of servers that no longer live; what still runs in them is frozen or forgotten, and ends. */
function removeStale(mount: string): void {
  for (const name of readdirSync(mount)) {
    const owner = GROUP_NAME.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    const root = path.join(mount, name);
    try {
      for (const entry of readdirSync(root, { withFileTypes: true })) {
        if (entry.isDirectory()) endGroup(path.join(root, entry.name));
      }
      rmdirSync(root);
    } catch {
      // The last processes of a killed server may still be going; the next start tries again.
    }
  }
}

function processesOf(folder: string): number[] {
  const own = readFileSync(path.join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean);
  return [...own.map(Number), ...groupsBelow(folder).flatMap(processesOf)];
}

function groupsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name));
}

function endGroup(folder: string): void {
  for (const id of processesOf(folder)) {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
  for (const { file, thawed } of [V2_FREEZER, V1_FREEZER]) {
    if (existsSync(path.join(folder, file))) writeFileSync(path.join(folder, file), thawed);
  }
  for (const below of groupsBelow(folder)) rmdirSync(below);
  rmdirSync(folder);
}

async function removeGroup(folder: string): Promise<void> {
  try {
    await Promise.all(groupsBelow(folder).map(removeGroup));
  } catch {
    // Gone already.
  }
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
