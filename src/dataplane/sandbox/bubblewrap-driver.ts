/**
 * The driver for bare Linux: bubblewrap puts the guest into user, pid, mount, ipc, uts and cgroup namespaces of its
 * own, with a root that holds only what a runtime needs. The network namespace is made before (see `network/`).
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import type { Launcher } from "../host/launcher.ts";
import { type Cgroups, NO_CGROUP } from "./cgroup.ts";
import { enterGuest } from "./enter.ts";
import { GUEST_GID, GUEST_UID } from "./guest-etc.ts";
import {
  CODE,
  enteringBelow,
  GUEST_HOST_NAME,
  guestEntries,
  guestPaths,
  KERNEL_FILES,
  namespacesOf,
  type RootEntry,
  systemEntries,
} from "./guest-root.ts";
import { FILTER_DESCRIPTOR, launch } from "./launch.ts";
import { generation, innermost } from "./memory-watch.ts";
import type { SandboxDriver, SandboxSpec } from "./sandbox.ts";
import type { Machine } from "./seccomp/filter.ts";
import { supervisedCommand } from "./supervisor.ts";

export interface BubblewrapOptions {
  readonly launcher: Launcher;
  /** Absolute path of `bwrap`. */
  readonly program: string;
  /** Undefined where its system calls are not known. */
  readonly machine: Machine | undefined;
  /** The seccomp filter; undefined where there is none for this architecture. */
  readonly filterFile: string | undefined;
  /** The same, which lets a copy of the guest's runtime move to a sandbox of its own. */
  readonly sourceFilterFile: string | undefined;
  readonly cgroups: Cgroups | undefined;
  /** Folder that is every guest's /etc. */
  readonly etc: string;
}

export function bubblewrapDriver(options: BubblewrapOptions): SandboxDriver {
  const rootArguments = systemEntries(options.etc).flatMap(argumentsOf);
  const filterArguments = options.filterFile === undefined ? [] : ["--seccomp", String(FILTER_DESCRIPTOR)];
  return {
    name: "bubblewrap",
    // Without a group the limits are those that the processes were started with.
    canPark: options.cgroups !== undefined,
    canCopy: options.cgroups !== undefined && options.sourceFilterFile !== undefined,
    weaknesses: [
      ...(options.filterFile === undefined ? ["no seccomp filter for this machine's architecture"] : []),
      ...(options.cgroups?.weaknesses() ?? [NO_CGROUP]),
    ],

    guestPaths,

    async start(spec) {
      const isSupervised = spec.extensions.length > 0;
      const isBelow = typeof spec.copying === "object";
      const cgroup = options.cgroups?.create(spec.sandboxId, spec.memoryMib);
      const dispose = async (): Promise<void> => cgroup?.remove();
      const filterFile = spec.copying === "source" ? options.sourceFilterFile : options.filterFile;
      try {
        const running = await launch(options.launcher, {
          // The arguments hold the function's variables: through a descriptor they stay out of `ps`, and bwrap
          // itself starts with a clean environment, out of reach of a function's LD_PRELOAD.
          command: [
            ...(isBelow ? enteringBelow(spec) : []),
            ...[options.program, "--args", "4", ...filterArguments, "--"],
            ...(options.cgroups?.limitsProcesses === true ? [] : LIMITING_PROCESSES),
            ...(isSupervised ? supervisedCommand(spec) : spec.command),
          ],
          namespaces: isBelow ? [] : namespacesOf(spec),
          isSupervised,
          // The launcher's child becomes bwrap, bwrap starts the guest's init, which starts the runtime.
          runtimeDepth: 2,
          ...(filterFile !== undefined && { filterFile }),
          copying: spec.copying,
          tellsLogsApart: true,
          limitsOpenFiles: true,
          memoryMib: spec.memoryMib,
          variables: {},
          workingFolder: "/",
          cgroup,
          handedOver: nulSeparated([...rootArguments, ...sandboxArguments(spec)]),
        });
        return {
          ...running,
          enter: async (entering) => {
            // The program itself: as soon as it is there, its root is what it is to see. A copy came from elsewhere.
            const inside = (): number | undefined =>
              typeof spec.copying === "object"
                ? innermost(running.processes())
                : generation(running.processId, 2)[0];
            return enterGuest(entering, {
              ...{ inside, cgroup, machine: options.machine, ended: running.exited },
              memoryMib: spec.memoryMib,
              // What the guest runs behind is its filter, also where its runtime may do more to be copied.
              filterFile: options.filterFile,
              prefix: options.cgroups?.limitsProcesses === true ? [] : LIMITING_PROCESSES,
            });
          },
          dispose,
        };
      } catch (error) {
        await dispose();
        throw error;
      }
    },
  };
}

/** Where no group does it. Inside the user namespace, where the user's processes outside do not count. */
const LIMITING_PROCESSES = [
  ...["/bin/sh", "-c", `ulimit -p ${ENVIRONMENT_LIMITS.processesMax} 2>/dev/null; exec "$@"`, "sh"],
];

function sandboxArguments(spec: SandboxSpec): string[] {
  return [
    ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...["--uid", String(GUEST_UID), "--gid", String(GUEST_GID)],
    ...["--hostname", GUEST_HOST_NAME],
    // The sandbox must not outlive us, whatever ends us.
    "--die-with-parent",
    "--new-session",
    ...["--proc", "/proc", "--dev", "/dev"],
    // To the kernel a root without capabilities is still the owner of root's files: its settings are read-only here.
    ...KERNEL_FILES.flatMap((file) => ["--ro-bind-try", file, file]),
    // Devices are what they are; shared memory counts as the function's memory.
    ...["--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
    ...guestEntries(spec).flatMap(argumentsOf),
    ...["--remount-ro", "/"],
    ...["--chdir", CODE],
    "--clearenv",
    ...Object.entries(spec.variables).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
}

function argumentsOf(entry: RootEntry): string[] {
  switch (entry.kind) {
    case "bind":
      return [entry.isWritable ? "--bind" : "--ro-bind", entry.host, entry.guest];
    case "symlink":
      return ["--symlink", entry.to, entry.guest];
    case "folder":
      return ["--dir", entry.guest];
    default:
      return entry satisfies never;
  }
}

function nulSeparated(args: readonly string[]): Buffer {
  // A NUL inside a value would begin an argument of the function's choosing.
  invariant(!args.some((arg) => arg.includes("\0")), "a sandbox argument contains NUL");
  return Buffer.from(args.map((arg) => `${arg}\0`).join(""));
}
