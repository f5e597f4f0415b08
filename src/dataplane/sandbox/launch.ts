/** Starts a guest's first process with its descriptors in place: 3 is the control socket, 1 and 2 are one pipe. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ENVIRONMENT_LIMITS, SANDBOX_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import type { Descriptors, Launcher, ResourceLimits } from "../host/launcher.ts";
import type { Cgroup } from "./cgroup.ts";
import { generation, MemoryWatch } from "./memory-watch.ts";
import type { CopySource, Sandbox } from "./sandbox.ts";
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
  /** Of the first process. */
  readonly copies?: Descriptors<number>;
  /** Files of namespaces that it enters before it becomes the command. */
  readonly namespaces?: readonly string[];
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

/** Set before anything of the guest runs. Without a group each process has a limit of what it writes to of its memory. */
export function limitsOf({
  cgroup,
  limitsOpenFiles,
  memoryMib,
}: Pick<LaunchOptions, "cgroup" | "limitsOpenFiles" | "memoryMib">): ResourceLimits {
  return {
    core: 0,
    ...(limitsOpenFiles && { openFiles: ENVIRONMENT_LIMITS.openFilesMax }),
    // Interpreters keep more of it at hand than they use.
    ...(cgroup === undefined && { data: (memoryMib + SANDBOX_LIMITS.dataMibBesideMemory) * MIB }),
  };
}

/** Rejects when the program cannot be started. */
export async function launch(launcher: Launcher, options: LaunchOptions): Promise<Launched> {
  const { cgroup } = options;
  const { copying, filterFile } = options;
  const { processId, connections, exited } = await launcher.start({
    command: options.command,
    variables: options.variables,
    folder: options.workingFolder,
    groups: cgroup?.procsFiles,
    limits: limitsOf(options),
    namespaces: options.namespaces,
    connections: [
      ...[LOGS, CONTROL, HANDED_OVER].filter((place) => place !== HANDED_OVER || options.handedOver),
      ...(options.isSupervised ? Object.values(SUPERVISOR_DESCRIPTORS) : []),
      ...(copying === "source" ? [CHANNEL_DESCRIPTOR] : []),
    ],
    given: typeof copying === "object" ? { [CHANNEL_DESCRIPTOR]: descriptorOf(copying.channel) } : {},
    files: filterFile === undefined ? {} : { [FILTER_DESCRIPTOR]: filterFile },
    copies: options.copies,
  });
  const connection = (place: number): Socket => {
    const socket = connections.get(place);
    invariant(socket, "a descriptor of the guest is missing");
    return socket;
  };
  // A guest that ends before it has read everything breaks the pipe; its exit tells, these errors add nothing.
  if (options.handedOver !== undefined) connection(HANDED_OVER).resume().end(options.handedOver);
  const pid = processId;
  const watch =
    cgroup === undefined ? new MemoryWatch(pid, options.memoryMib * MIB, () => killGroup(pid)) : undefined;
  void exited.then(() => watch?.stop());
  const supervisor = options.isSupervised
    ? new Supervisor(
        connection(SUPERVISOR_DESCRIPTORS.channel),
        options.tellsLogsApart ? connection(SUPERVISOR_DESCRIPTORS.extensionLogs) : undefined,
      )
    : undefined;
  return {
    control: connection(CONTROL),
    logs: connection(LOGS),
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
      return openCopySource(runtime, connection(CHANNEL_DESCRIPTOR));
    },
    peakMemoryBytes: () => cgroup?.peakMemoryBytes() ?? watch?.peakBytes() ?? 0,
  };
}

const LOGS = 1;
const CONTROL = 3;
const HANDED_OVER = 4;
const CHANNEL_DESCRIPTOR = 6;

/** Node.js has no official way to ask. */
function descriptorOf(socket: Duplex): number {
  const { fd } = (socket as unknown as { readonly _handle: { readonly fd: number } })._handle;
  return fd;
}

function openCopySource(runtime: number, channel: Duplex): ReturnType<Sandbox["copySource"]> {
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
