/**
 * The driver that leaves the sandbox to an OCI runtime: runc, crun, or gVisor's runsc. Needs root and cgroups: what a
 * container left running is found and ended through its group.
 */
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Descriptors, Launcher } from "../host/launcher.ts";
import type { Cgroups } from "./cgroup.ts";
import { enterGuest } from "./enter.ts";
import { GUEST_GID, GUEST_UID } from "./guest-etc.ts";
import {
  CODE,
  GUEST_HOST_NAME,
  guestEntries,
  guestPaths,
  KERNEL_FILES,
  namespacesOf,
  type RootEntry,
  systemEntries,
} from "./guest-root.ts";
import { launch } from "./launch.ts";
import { innermost, userOf } from "./memory-watch.ts";
import { Closed, type SandboxDriver, type SandboxSpec } from "./sandbox.ts";
import { type Machine, seccompProfile } from "./seccomp/filter.ts";
import { supervisedCommand } from "./supervisor.ts";

export type OciRuntimeName = "runc" | "crun" | "runsc";

export interface OciOptions {
  readonly launcher: Launcher;
  readonly runtime: OciRuntimeName;
  /** Absolute path. */
  readonly program: string;
  /** Undefined where there is no list of system calls for this architecture. */
  readonly machine: Machine | undefined;
  /** The seccomp filter for programs that enter; undefined as above. */
  readonly filterFile: string | undefined;
  readonly cgroups: Cgroups;
  /** Folder that is every guest's /etc. */
  readonly etc: string;
  /** Where bundles and the runtime's state go. */
  readonly folder: string;
}

/** How the runtime is called, and how the guest's descriptors come through it. */
interface Manner {
  readonly globalArguments: readonly string[];
  readonly runArguments: readonly string[];
  /** Host side: where the runtime looks for what it hands on. */
  readonly copies: Descriptors<number>;
  /** Guest side. The shell stays as the first process: signals to that one are ignored where nobody waits for them. */
  readonly adoption: string;
  /** The same for a guest with extensions, whose supervisor has two descriptors more. */
  readonly supervised: Pick<Manner, "runArguments" | "copies" | "adoption">;
}

/** runc and crun hand descriptors on, but copy stdout through a pipe of their own; runsc hands on stdin to stderr only. */
const HANDS_ON: Omit<Manner, "globalArguments"> = {
  runArguments: ["--preserve-fds", "2"],
  copies: { 4: 1 },
  adoption: '"$@" >&4 2>&4 4>&-; exit $?',
  supervised: {
    runArguments: ["--preserve-fds", "5"],
    copies: { 4: 1 },
    adoption: '"$@" >&4 2>&4 4>&- 5>&-; exit $?',
  },
};

const MANNERS: Readonly<Record<OciRuntimeName, Manner>> = {
  runc: { globalArguments: [], ...HANDS_ON },
  // Its groups are ours: it would refuse a machine with both versions.
  crun: { globalArguments: ["--cgroup-manager=disabled"], ...HANDS_ON },
  runsc: {
    // The "host" is the namespace that it is given; a network stack of its own it refuses on kernels of today.
    globalArguments: ["--ignore-cgroups", "--platform=ptrace", "--network=host"],
    runArguments: [],
    copies: { 0: 3 },
    adoption: '"$@" 3<&0 0</dev/null 2>&1; exit $?',
    supervised: {
      runArguments: [],
      copies: { 0: 3, 2: 6 },
      // No descriptor is left for what extensions print: it goes with the reports.
      adoption:
        'exec 3<&0 0</dev/null 6>&2 2>&1 8>&1; "$@" 7>&1 >&8 8>&- | while IFS= read -r line; do printf "log %s\\n" "$line" >&6; done',
    },
  },
};

export function ociDriver(options: OciOptions): SandboxDriver {
  const { runtime, program, cgroups, folder } = options;
  const manner = MANNERS[runtime];
  const system = systemEntries(options.etc);
  const state = path.join(folder, "state");
  return {
    name: "oci",
    // gVisor keeps in mind what a folder held.
    canPark: runtime !== "runsc",
    canCopy: false,
    weaknesses: [
      ...(options.machine === undefined && runtime !== "runsc"
        ? ["no seccomp filter for this machine's architecture"]
        : []),
      "functions outlive a server that is killed, until the next one starts",
      ...cgroups.weaknesses(),
      ...(cgroups.limitsProcesses && runtime !== "runsc" ? [] : ["the number of processes is not limited"]),
    ],

    guestPaths,

    async start(spec) {
      const bundle = path.join(folder, spec.sandboxId);
      const cgroup = cgroups.create(spec.sandboxId, spec.memoryMib);
      const dispose = async (): Promise<void> => {
        await cgroup.remove();
        await rm(path.join(state, spec.sandboxId), { recursive: true, force: true });
        await rm(bundle, { recursive: true, force: true });
      };
      try {
        await writeBundle(bundle, [...system, ...guestEntries(spec)], spec, options);
        const isSupervised = spec.extensions.length > 0;
        const { runArguments, copies } = isSupervised ? manner.supervised : manner;
        const running = await launch(options.launcher, {
          command: [
            ...[program, "--root", state, ...manner.globalArguments],
            ...["run", ...runArguments, "--bundle", bundle, spec.sandboxId],
          ],
          copies,
          namespaces: namespacesOf({ mountNamespace: spec.mountNamespace }),
          isSupervised,
          // The OCI runtime starts the adopting shell, which starts the function's.
          runtimeDepth: 2,
          tellsLogsApart: runtime !== "runsc",
          limitsOpenFiles: false,
          memoryMib: spec.memoryMib,
          variables: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
          workingFolder: "/",
          cgroup,
        });
        return {
          ...running,
          // The runtime itself goes with its container, and clears up after it.
          kill: () => {
            const others = cgroup.processes().filter((id) => id !== running.processId);
            if (others.length === 0) running.kill();
            for (const id of others) kill(id);
            cgroup.thaw();
          },
          enter: async (entering) => {
            if (runtime === "runsc")
              throw new Closed("gVisor's kernel is its own: nobody enters it from outside");
            return enterGuest(entering, {
              ...{ cgroup, machine: options.machine, ended: running.exited, prefix: [] },
              // Before it has its user the OCI runtime is still putting its root together.
              inside: () => innermost(cgroup.processes().filter((id) => userOf(id) === GUEST_UID)),
              memoryMib: spec.memoryMib,
              filterFile: options.filterFile,
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

async function writeBundle(
  bundle: string,
  entries: readonly RootEntry[],
  spec: SandboxSpec,
  options: OciOptions,
): Promise<void> {
  const rootfs = path.join(bundle, "rootfs");
  await mkdir(rootfs, { recursive: true });
  for (const entry of entries) {
    if (entry.kind === "folder") await mkdir(path.join(rootfs, entry.guest), { recursive: true });
    if (entry.kind !== "symlink") continue;
    await mkdir(path.join(rootfs, path.dirname(entry.guest)), { recursive: true });
    await symlink(entry.to, path.join(rootfs, entry.guest));
  }
  const config = configuration(entries, spec, options);
  // The variables may hold secrets.
  await writeFile(path.join(bundle, "config.json"), JSON.stringify(config), { mode: 0o600 });
}

/** Source: OCI runtime specification 1.0.2. */
function configuration(
  entries: readonly RootEntry[],
  spec: SandboxSpec,
  { machine, runtime }: OciOptions,
): object {
  const none = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
  const manner = MANNERS[runtime];
  const isSupervised = spec.extensions.length > 0;
  const { adoption } = isSupervised ? manner.supervised : manner;
  const command = isSupervised ? supervisedCommand(spec) : spec.command;
  const { openFilesMax } = ENVIRONMENT_LIMITS;
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: GUEST_UID, gid: GUEST_GID },
      args: ["/bin/sh", "-c", adoption, "sh", ...command],
      env: Object.entries(spec.variables).map(([name, value]) => `${name}=${value}`),
      cwd: CODE,
      capabilities: none,
      rlimits: [
        { type: "RLIMIT_NOFILE", hard: openFilesMax, soft: openFilesMax },
        { type: "RLIMIT_CORE", hard: 0, soft: 0 },
      ],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: GUEST_HOST_NAME,
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"] },
      { destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["nosuid", "nodev", "mode=1777"] },
      ...entries.flatMap((entry) =>
        entry.kind === "bind"
          ? [
              {
                destination: entry.guest,
                type: "bind",
                source: entry.host,
                options: ["rbind", entry.isWritable ? "rw" : "ro", "nosuid", "nodev"],
              },
            ]
          : [],
      ),
    ],
    linux: {
      namespaces: [
        ...["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
        ...(spec.network.namespace === undefined ? [] : [{ type: "network", path: spec.network.namespace }]),
      ],
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
      readonlyPaths: KERNEL_FILES,
      // gVisor is its own kernel, and brings the filter that it runs behind.
      ...(machine !== undefined && runtime !== "runsc" && { seccomp: seccompProfile(machine) }),
    },
  };
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // Gone already.
  }
}
