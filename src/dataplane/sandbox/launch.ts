/** Starts a guest's first process with its descriptors in place: 3 is the control socket, 1 and 2 are one pipe. */
import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Duplex, Readable } from "node:stream";
import { ENVIRONMENT_LIMITS, SANDBOX_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import type { Cgroup } from "./cgroup.ts";
import { generation, MemoryWatch } from "./memory-watch.ts";
import type { CopySource, ExitStatus, Sandbox } from "./sandbox.ts";
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
  /** Whether a supervisor's extensions have a descriptor of their own to print to. */
  readonly tellsLogsApart: boolean;
  /** Whether the first process has the guest's limit of open files; one that serves the guest needs more. */
  readonly limitsOpenFiles: boolean;
  /** MiB; kept by looking, and by a limit for each process, where there is no group. */
  readonly memoryMib: number;
  /** How many generations below the first process on the host the runtime is. */
  readonly runtimeDepth: number;
  /** Descriptor 6: of a copy's source one end of a new pair, of a copy the other end. */
  readonly copying?: "source" | CopySource | undefined;
}

export interface Launched extends Omit<Sandbox, "dispose" | "enter"> {
  /** Of the first process on the host. */
  readonly processId: number;
}

const MIB = 1024 * 1024;

/** Of one process: what is written to of its memory. Interpreters keep more of it at hand than they use. */
function dataKibMax(memoryMib: number): number {
  return (memoryMib + SANDBOX_LIMITS.dataMibBesideMemory) * 1024;
}

type Limits = Pick<LaunchOptions, "cgroup" | "limitsOpenFiles" | "memoryMib">;

/** A shell joins the group and sets the limits before anything of the guest runs, then it is replaced. */
export function joiningScript({ cgroup, limitsOpenFiles, memoryMib }: Limits): string {
  return [
    ...(cgroup?.procsFiles ?? []).map((file) => `echo $$ > '${file}' || exit 125`),
    ...(limitsOpenFiles ? [`ulimit -n ${ENVIRONMENT_LIMITS.openFilesMax}`] : []),
    "ulimit -c 0",
    ...(cgroup === undefined ? [`ulimit -d ${dataKibMax(memoryMib)}`] : []),
  ].join("; ");
}

/** Rejects when the program cannot be started. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { cgroup } = options;
  const filter = options.filterFile === undefined ? "" : `${FILTER_DESCRIPTOR}<'${options.filterFile}'`;
  const script = `${joiningScript(options)}; exec "$@" 2>&1 ${options.redirections ?? ""} ${filter}`;
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
      ...channelDescriptors(options.copying),
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
  const watch =
    cgroup === undefined ? new MemoryWatch(pid, options.memoryMib * MIB, () => killGroup(pid)) : undefined;
  child.once("exit", () => watch?.stop());
  const pipes: readonly unknown[] = child.stdio;
  const supervisor = options.isSupervised
    ? new Supervisor(
        pipes[SUPERVISOR_DESCRIPTORS.channel] as Duplex,
        options.tellsLogsApart ? (pipes[SUPERVISOR_DESCRIPTORS.extensionLogs] as Readable) : undefined,
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
    resize: (memoryMib) => cgroup?.resize(memoryMib),
    processes: () => cgroup?.processes() ?? [],
    takeIn: (id) => {
      for (const file of cgroup?.procsFiles ?? []) writeFileSync(file, String(id));
    },
    copySource: () => {
      const [runtime] = generation(pid, options.runtimeDepth);
      invariant(options.copying === "source" && runtime !== undefined, "no runtime that could be copied");
      return openCopySource(runtime, pipes[CHANNEL_DESCRIPTOR] as Duplex);
    },
    peakMemoryBytes: () => cgroup?.peakMemoryBytes() ?? watch?.peakBytes() ?? 0,
  };
}

function ignored(): void {}

const CHANNEL_DESCRIPTOR = 6;

function channelDescriptors(copying: LaunchOptions["copying"]): ("ignore" | "pipe" | Duplex)[] {
  if (copying === undefined) return [];
  return ["ignore", copying === "source" ? "pipe" : copying.channel];
}

function openCopySource(runtime: number, channel: Duplex): ReturnType<Sandbox["copySource"]> {
  channel.on("error", ignored);
  const user = openSync(`/proc/${runtime}/ns/user`, "r");
  const processes = openSync(`/proc/${runtime}/ns/pid`, "r");
  return {
    userNamespace: `/proc/${process.pid}/fd/${user}`,
    processNamespace: `/proc/${process.pid}/fd/${processes}`,
    channel,
    close: () => {
      channel.destroy();
      closeSync(user);
      closeSync(processes);
    },
  };
}

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
