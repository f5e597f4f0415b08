/** Starts a guest's first process with its descriptors in place: 3 is the control socket, 1 and 2 are one pipe. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Duplex, Readable } from "node:stream";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import type { Cgroup } from "./cgroup.ts";
import type { ExitStatus, Sandbox } from "./sandbox.ts";
import { SUPERVISOR_DESCRIPTORS, Supervisor } from "./supervisor.ts";

export const FILTER_DESCRIPTOR = 5;

export interface LaunchOptions {
  /** Absolute host path first. */
  readonly command: readonly string[];
  /** Environment of the first process on the host. Never a function's own where a sandbox is still to be entered. */
  readonly variables: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  readonly cgroup: Cgroup | undefined;
  /** A file that the first process has open as `FILTER_DESCRIPTOR`. */
  readonly filterFile?: string;
  /** Of the first process, in the shell's words. */
  readonly redirections?: string;
  /** What the first process reads from descriptor 4, then end of file. */
  readonly handedOver?: Buffer;
  /** Whether the guest's first program is a supervisor's shell. */
  readonly isSupervised: boolean;
  /** How many generations below the first process on the host the runtime is. */
  readonly runtimeDepth: number;
}

export interface Launched extends Omit<Sandbox, "dispose"> {
  /** Of the first process on the host. */
  readonly processId: number;
}

/** Rejects when the program cannot be started. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { cgroup } = options;
  // The shell joins the group and sets the limits before anything of the guest runs, then is replaced by it.
  const filter = options.filterFile === undefined ? "" : `${FILTER_DESCRIPTOR}<'${options.filterFile}'`;
  const script = [
    ...(cgroup?.procsFiles ?? []).map((file) => `echo $$ > '${file}' || exit 125`),
    `ulimit -n ${ENVIRONMENT_LIMITS.openFilesMax}`,
    "ulimit -c 0",
    `exec "$@" 2>&1 ${options.redirections ?? ""} ${filter}`,
  ].join("; ");
  const child = spawn("/bin/sh", ["-c", script, "sh", ...options.command], {
    cwd: options.workingFolder,
    env: options.variables as Record<string, string>,
    stdio: [
      ...([
        "ignore",
        "pipe",
        "ignore",
        "pipe",
        options.handedOver === undefined ? "ignore" : "pipe",
      ] as const),
      ...(options.isSupervised ? (["ignore", "pipe", "pipe"] as const) : []),
    ],
    // A group of its own: kill() reaches what the guest started, a Ctrl-C at our terminal does not.
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const [, logs, , control, handOver] = child.stdio;
  invariant(logs && control && child.pid !== undefined, "the guest's descriptors are missing");
  // A guest that ends before it has read everything breaks the pipe; its exit tells, these errors add nothing.
  child.on("error", ignored);
  handOver?.on("error", ignored);
  if (options.handedOver !== undefined) (handOver as Duplex).end(options.handedOver);
  const pid = child.pid;
  const pipes: readonly unknown[] = child.stdio;
  const supervisor = options.isSupervised
    ? new Supervisor(
        pipes[SUPERVISOR_DESCRIPTORS.channel] as Duplex,
        pipes[SUPERVISOR_DESCRIPTORS.extensionLogs] as Readable,
      )
    : undefined;
  return {
    control: control as Duplex,
    logs: logs as Readable,
    exited,
    processId: pid,
    supervisor,
    terminate: () => {
      if (supervisor !== undefined) supervisor.signalRuntime("SIGTERM");
      else for (const id of generation(pid, options.runtimeDepth)) signal(id, "SIGTERM");
    },
    kill: () => {
      killGroup(pid);
      // Frozen by the older mechanism they would never notice.
      cgroup?.thaw();
    },
    freeze: () => cgroup?.freeze() ?? false,
    thaw: () => cgroup?.thaw(),
    peakMemoryBytes: () => cgroup?.peakMemoryBytes() ?? peakOfTree(pid),
  };
}

function ignored(): void {}

function killGroup(pid: number): void {
  signal(-pid, "SIGKILL");
}

function signal(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name);
  } catch {
    // Gone already.
  }
}

/** Processes that are `depth` generations below `pid`. */
function generation(pid: number, depth: number): number[] {
  let ids = [pid];
  for (let below = 0; below < depth; below++) ids = ids.flatMap(childrenOf);
  return ids;
}

/** Empty for a process that ended while we looked, or where there is no /proc. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "latin1")
        .trim()
        .split(" ")
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

const KIB = 1024;

/** Without a cgroup: the highest resident size of each living process of the tree, added up. */
function peakOfTree(pid: number): number {
  let bytes = 0;
  const pending = [pid];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    try {
      const status = readFileSync(`/proc/${next}/status`, "latin1");
      bytes += Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * KIB;
    } catch {
      // Ended while we looked: what was seen so far counts.
    }
    pending.push(...childrenOf(next));
  }
  return bytes;
}
