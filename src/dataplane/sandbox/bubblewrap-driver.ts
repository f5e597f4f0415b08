/**
 * The driver for bare Linux: bubblewrap puts the guest into user, pid, mount, ipc, uts and cgroup namespaces of its
 * own, with a root that holds only what a runtime needs. The network namespace is made before (see `network/`).
 */
import { existsSync, lstatSync, readlinkSync } from "node:fs";
import path from "node:path";
import { invariant } from "../../errors/mod.ts";
import { type Cgroups, NO_CGROUP } from "./cgroup.ts";
import { FILTER_DESCRIPTOR, launch } from "./launch.ts";
import type { GuestPaths, SandboxDriver, SandboxFolders, SandboxSpec } from "./sandbox.ts";

const CODE = "/var/task";
const RUNTIME = "/var/runtime";
const LANGUAGE = "/var/lang";
const LAYERS = "/opt";

/** AWS runs functions as a numbered user of this kind. Source: recorded environments (recall for the numbers). */
const GUEST_UID = 993;
const GUEST_GID = 990;

/** What of the host's /etc a program needs to find libraries, names, times and certificates. */
const ETC_ENTRIES = [
  "alternatives",
  "ca-certificates",
  "crypto-policies",
  "gai.conf",
  "hosts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "mime.types",
  "nsswitch.conf",
  "pki",
  "protocols",
  "resolv.conf",
  "services",
  "ssl",
];

/** What of /proc is not about processes and can be written by its owner. */
const KERNEL_FILES = [
  "/proc/acpi",
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/mtrr",
  "/proc/pressure",
  "/proc/scsi",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

const PASSWD = `root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:${GUEST_UID}:${GUEST_GID}::/home/sbx_user1051:/sbin/nologin\n`;
const GROUP = `root:x:0:\nsbx_group1051:x:${GUEST_GID}:\n`;

const NSENTER = "/usr/bin/nsenter";

export interface BubblewrapOptions {
  /** Absolute path of `bwrap`. */
  readonly program: string;
  /** The seccomp filter; undefined where there is none for this architecture. */
  readonly filterFile: string | undefined;
  readonly cgroups: Cgroups | undefined;
  readonly accountFiles: { readonly passwd: string; readonly group: string };
}

/** The texts of the guest's /etc/passwd and /etc/group; the caller writes them to files once. */
export const ACCOUNT_FILES = { passwd: PASSWD, group: GROUP } as const;

export function bubblewrapDriver(options: BubblewrapOptions): SandboxDriver {
  const rootArguments = systemFolders();
  const filterArguments = options.filterFile === undefined ? [] : ["--seccomp", String(FILTER_DESCRIPTOR)];
  return {
    name: "bubblewrap",
    weaknesses: [
      ...(options.filterFile === undefined ? ["no seccomp filter for this machine's architecture"] : []),
      ...(options.cgroups?.weaknesses() ?? [NO_CGROUP]),
    ],

    guestPaths,

    async start(spec) {
      const cgroup = options.cgroups?.create(spec.sandboxId, spec.memoryMib);
      const dispose = async (): Promise<void> => cgroup?.remove();
      try {
        const running = await launch({
          // The arguments hold the function's variables: through a descriptor they stay out of `ps`, and bwrap
          // itself starts with a clean environment, out of reach of a function's LD_PRELOAD.
          command: [
            ...entering(spec),
            ...[options.program, "--args", "4", ...filterArguments, "--"],
            ...spec.command,
          ],
          ...(options.filterFile !== undefined && { filterFile: options.filterFile }),
          variables: {},
          workingFolder: "/",
          cgroup,
          handedOver: nulSeparated([
            ...rootArguments,
            ...["--ro-bind", options.accountFiles.passwd, "/etc/passwd"],
            ...["--ro-bind", options.accountFiles.group, "/etc/group"],
            ...sandboxArguments(spec),
          ]),
        });
        return { ...running, dispose };
      } catch (error) {
        await dispose();
        throw error;
      }
    },
  };
}

/** The namespaces that were made before the sandbox. */
function entering({ mountNamespace, network }: SandboxSpec): string[] {
  const flags = [
    ...(mountNamespace === undefined ? [] : [`--mount=${mountNamespace}`]),
    ...(network.namespace === undefined ? [] : [`--net=${network.namespace}`]),
  ];
  return flags.length === 0 ? [] : [NSENTER, ...flags, "--"];
}

function guestPaths(folders: SandboxFolders): GuestPaths {
  return {
    code: CODE,
    runtime: RUNTIME,
    layers: LAYERS,
    interpreter: (hostPath) =>
      folders.language === undefined
        ? hostPath
        : path.join(LANGUAGE, path.relative(folders.language, hostPath)),
  };
}

function sandboxArguments(spec: SandboxSpec): string[] {
  const { code, layers, runtime, language } = spec.folders;
  return [
    ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...["--uid", String(GUEST_UID), "--gid", String(GUEST_GID)],
    ...["--hostname", "169-254-100-1"],
    // The sandbox must not outlive us, whatever ends us.
    "--die-with-parent",
    "--new-session",
    ...["--proc", "/proc", "--dev", "/dev"],
    // To the kernel a root without capabilities is still the owner of root's files: its settings are read-only here.
    ...KERNEL_FILES.flatMap((file) => ["--ro-bind-try", file, file]),
    // Devices are what they are; shared memory counts as the function's memory.
    ...["--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
    ...["--bind", spec.tmp, "/tmp"],
    ...(spec.network.resolvConf === undefined
      ? []
      : ["--ro-bind", spec.network.resolvConf, "/etc/resolv.conf"]),
    ...(layers === undefined ? ["--dir", LAYERS] : ["--ro-bind", layers, LAYERS]),
    ...["--ro-bind", code, CODE],
    ...(runtime === undefined ? [] : ["--ro-bind", runtime, RUNTIME]),
    // Programs know libraries of their own by the path they were built for.
    ...(language === undefined ? [] : ["--ro-bind", language, LANGUAGE, "--symlink", LANGUAGE, language]),
    ...spec.mounts.flatMap(({ host, guest }) => ["--bind", host, guest]),
    ...["--remount-ro", "/"],
    ...["--chdir", CODE],
    "--clearenv",
    ...Object.entries(spec.variables).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
}

/** `/usr` and the root folders that belong to it, whether the host has them merged or not. */
function systemFolders(): string[] {
  const args = ["--ro-bind", "/usr", "/usr"];
  for (const folder of ["/bin", "/sbin", "/lib", "/lib32", "/lib64"]) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) args.push("--symlink", readlinkSync(folder), folder);
    else args.push("--ro-bind", folder, folder);
  }
  for (const entry of ETC_ENTRIES) args.push("--ro-bind-try", `/etc/${entry}`, `/etc/${entry}`);
  return args;
}

function nulSeparated(args: readonly string[]): Buffer {
  // A NUL inside a value would begin an argument of the function's choosing.
  invariant(!args.some((arg) => arg.includes("\0")), "a sandbox argument contains NUL");
  return Buffer.from(args.map((arg) => `${arg}\0`).join(""));
}
