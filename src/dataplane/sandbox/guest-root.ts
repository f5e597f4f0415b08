/** What a guest sees as its root, whichever driver puts it together: as little of the host as a runtime can do with. */
import { existsSync, lstatSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { invariant } from "../../errors/mod.ts";

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

/** AWS runs functions as a numbered user of this kind. Source: recorded environments (recall for the numbers). */
export const GUEST_UID = 993;
export const GUEST_GID = 990;
export const GUEST_HOST_NAME = "169-254-100-1";

/** The texts of the guest's /etc/passwd and /etc/group; the caller writes them to files once. */
export const ACCOUNT_FILES = {
  passwd: `root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:${GUEST_UID}:${GUEST_GID}::/home/sbx_user1051:/sbin/nologin\n`,
  group: `root:x:0:\nsbx_group1051:x:${GUEST_GID}:\n`,
} as const;

export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

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

/** The same for every guest. `/usr` and the root folders that belong to it, whether the host has them merged or not. */
export function systemEntries(accountFiles: AccountFiles): RootEntry[] {
  const entries: RootEntry[] = [readOnly("/usr")];
  for (const folder of ["/bin", "/sbin", "/lib", "/lib32", "/lib64"]) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) {
      entries.push({ kind: "symlink", guest: folder, to: readlinkSync(folder) });
    } else entries.push(readOnly(folder));
  }
  // Debian keeps a part of each Java installation here.
  const javas = readdirSync("/etc").filter((name) => /^java-\d+-openjdk$/.test(name));
  for (const name of [...ETC_ENTRIES, ...javas]) {
    const file = `/etc/${name}`;
    if (existsSync(file)) entries.push(readOnly(file));
  }
  entries.push(readOnly(accountFiles.passwd, "/etc/passwd"), readOnly(accountFiles.group, "/etc/group"));
  return entries;
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
    ...(network.resolvConf === undefined ? [] : [readOnly(network.resolvConf, "/etc/resolv.conf")]),
    ...(network.hosts === undefined ? [] : [readOnly(network.hosts, "/etc/hosts")]),
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
  // The user namespace first: whoever is not root has rights over the others from inside it only.
  return [network?.userNamespace, mountNamespace, network?.namespace].filter((file) => file !== undefined);
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
