/** What a guest sees as its root, whichever driver puts it together: as little of the host as a runtime can do with. */
import { existsSync, lstatSync, readlinkSync } from "node:fs";
import path from "node:path";
import { invariant } from "../../errors/mod.ts";

import { sharedEtcEntries } from "./guest-etc.ts";
import type { GuestPaths, SandboxFolders, SandboxSpec } from "./sandbox.ts";

export type RootEntry =
  | { readonly kind: "bind"; readonly host: string; readonly guest: string; readonly isWritable: boolean }
  | { readonly kind: "symlink"; readonly guest: string; readonly to: string }
  | { readonly kind: "folder"; readonly guest: string };

export const CODE = "/var/task";
const RUNTIME = "/var/runtime";
const LANGUAGE = "/var/lang";
const LAYERS = "/opt";
const COMPILED = "/var/compiled";

export const GUEST_HOST_NAME = "169-254-100-1";

/** What of /proc is not about processes and can be written by its owner. */
export const KERNEL_FILES = [
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

export function guestPaths(folders: SandboxFolders): GuestPaths {
  return {
    code: CODE,
    runtime: RUNTIME,
    layers: LAYERS,
    compiled: COMPILED,
    interpreter: (hostPath) =>
      folders.language === undefined
        ? hostPath
        : path.join(LANGUAGE, path.relative(folders.language, hostPath)),
  };
}

/**
 * The same for every guest. `/usr` and the root folders that belong to it, whether the host has them merged or not; `etc` is the
 * folder that `writeEtc` has made.
 */
export function systemEntries(etc: string): RootEntry[] {
  const entries: RootEntry[] = [readOnly("/usr")];
  for (const folder of ["/bin", "/sbin", "/lib", "/lib32", "/lib64"]) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) {
      entries.push({ kind: "symlink", guest: folder, to: readlinkSync(folder) });
    } else entries.push(readOnly(folder));
  }
  return [...entries, readOnly(etc, "/etc"), ...sharedEtcEntries().map((file) => readOnly(file))];
}

/** What is this guest's own; later entries lie over earlier ones. */
export function guestEntries({
  folders,
  mounts,
  readOnly: further = [],
  network,
  tmp,
}: SandboxSpec): RootEntry[] {
  const { code, layers, runtime, language, packages, compiled } = folders;
  return [
    { kind: "bind", host: tmp, guest: "/tmp", isWritable: true },
    ...inEtc("/etc/resolv.conf", network.resolvConf),
    ...inEtc("/etc/hosts", network.hosts),
    layers === undefined ? { kind: "folder", guest: LAYERS } : readOnly(layers, LAYERS),
    readOnly(code, CODE),
    ...(runtime === undefined ? [] : [readOnly(runtime, RUNTIME)]),
    ...(packages === undefined ? [] : packagesOf(packages)),
    ...(compiled === undefined ? [] : [readOnly(compiled, COMPILED)]),
    ...(language === undefined ? [] : [readOnly(language, LANGUAGE), alsoAt(language)]),
    ...further.map(({ host, guest }) => readOnly(host, guest)),
    ...mounts.map(({ host, guest }) => ({ kind: "bind", host, guest, isWritable: true }) as const),
  ];
}

/** The host's own where the network brings none. */
function inEtc(guest: string, own = guest): RootEntry[] {
  return existsSync(own) ? [readOnly(own, guest)] : [];
}

/** ES modules of a function find them by the folders above it, CommonJS by NODE_PATH. */
function packagesOf(packages: string): RootEntry[] {
  const guest = `${RUNTIME}/node_modules`;
  return [readOnly(packages, guest), { kind: "symlink", guest: "/var/node_modules", to: guest }];
}

/**
 * Programs know libraries of their own by the path they were built for. A link in the guest's /tmp would be there still
 * when its processes are started again, and in the way.
 */
function alsoAt(language: string): RootEntry {
  return language.startsWith("/tmp/")
    ? readOnly(language)
    : { kind: "symlink", guest: language, to: LANGUAGE };
}

function readOnly(host: string, guest = host): RootEntry {
  return { kind: "bind", host, guest, isWritable: false };
}

const NSENTER = "/usr/bin/nsenter";

type Surrounding = Pick<SandboxSpec, "mountNamespace" | "copying"> & Partial<Pick<SandboxSpec, "network">>;

/** Files of the namespaces that were made before; what makes the sandbox is started in them. */
export function namespacesOf({ mountNamespace, network }: Surrounding): string[] {
  return [mountNamespace, network?.namespace, network?.userNamespace].filter((file) => file !== undefined);
}

/**
 * The same for a copy, which is below its source: put before the program that makes the sandbox. In another process namespace a
 * program finds itself only in a /proc of that namespace: it gets one of its own.
 */
export function enteringBelow({ mountNamespace, network, copying }: Surrounding): string[] {
  invariant(typeof copying === "object", "no copy");
  const mount = mountNamespace === undefined ? [] : [`--mount=${mountNamespace}`];
  const user = network?.userNamespace ?? "";
  const net = network?.namespace ?? "";
  return [
    ...[NSENTER, ...mount, `--pid=${copying.processNamespace}`, "--"],
    // The paths lead through the /proc of the host.
    ...["/usr/bin/unshare", "--mount", "--", "/bin/sh", "-c", PROC_SCRIPT, "sh", user, net],
    ...[NSENTER, "--user=/proc/self/fd/8", "--preserve-credentials", "--net=/proc/self/fd/9", "--"],
    ...["/bin/sh", "-c", 'exec 8<&- 9<&-; exec "$@"', "sh"],
  ];
}

const PROC_SCRIPT = 'exec 8<"$1" 9<"$2"; shift 2; mount -t proc proc /proc && exec "$@"';
