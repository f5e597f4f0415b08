/** What the kernel offers, read and not tried. */
import { accessSync, constants, readFileSync } from "node:fs";
import { type Finding, findProgram, installCommand } from "./finding.ts";

export function kernelFindings(): Finding[] {
  if (process.platform !== "linux") {
    return [
      {
        name: "kernel",
        state: "missing",
        text: `functions are isolated on Linux only, not on ${process.platform}`,
        help: "run Lambkin in a Linux machine, or for trying out as it is, without isolation",
      },
    ];
  }
  return [userNamespaces(), seccomp(), overlay(), kvm(), ...programs(), ociRuntimes()];
}

function userNamespaces(): Finding {
  const name = "user namespaces";
  const isRoot = process.getuid?.() === 0;
  const switches: readonly (readonly [file: string, closed: string, setting: string])[] = [
    ["/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=15000"],
    ["/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"],
    [
      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
      "1",
      "kernel.apparmor_restrict_unprivileged_userns=0",
    ],
  ];
  for (const [file, closed, setting] of switches) {
    if (read(file)?.trim() !== closed) continue;
    // The last two are for those who are not root.
    if (isRoot && !file.includes("/user/")) continue;
    return { name, state: "missing", text: `are switched off (${file})`, help: `sudo sysctl -w ${setting}` };
  }
  if (!exists("/proc/self/ns/user")) {
    return { name, state: "missing", text: "this kernel has none", help: "a kernel with CONFIG_USER_NS" };
  }
  return { name, state: "ok", text: "can be made" };
}

function seccomp(): Finding {
  const name = "seccomp";
  const isThere = /\bSeccomp:/.test(read("/proc/self/status") ?? "");
  if (!isThere)
    return { name, state: "warn", text: "this kernel has none", help: "a kernel with CONFIG_SECCOMP_FILTER" };
  if (process.arch === "x64" || process.arch === "arm64")
    return { name, state: "ok", text: "system calls are filtered" };
  return { name, state: "warn", text: `there is no filter for ${process.arch}` };
}

function overlay(): Finding {
  const isThere = /\boverlay$/m.test(read("/proc/filesystems") ?? "");
  // Nothing depends on it today.
  return {
    name: "overlayfs",
    state: "ok",
    text: isThere ? "is there (not needed)" : "is not there (not needed)",
  };
}

function kvm(): Finding {
  const text = exists("/dev/kvm")
    ? "is there (not used: functions run in containers, not in machines)"
    : "is not there (not needed)";
  return { name: "KVM", state: "ok", text };
}

function programs(): Finding[] {
  const isRoot = process.getuid?.() === 0;
  const wanted = [
    { name: "bwrap", package: "bubblewrap", why: "isolates functions", isNeeded: true },
    { name: "perl", package: "perl-base", why: "starts functions", isNeeded: true },
    { name: "nft", package: "nftables", why: "keeps their networks apart (as root)", isNeeded: isRoot },
    {
      name: "pasta",
      package: "passt",
      why: "gives them a network where the server is not root",
      isNeeded: !isRoot,
    },
    { name: "ip", package: "iproute2", why: "closes that network off", isNeeded: !isRoot },
    {
      name: "mkfs.ext4",
      package: "e2fsprogs",
      why: "gives /tmp a size of its own (as root)",
      isNeeded: isRoot,
    },
  ];
  return wanted.map((each): Finding => {
    const file = findProgram(each.name);
    if (file !== undefined) return { name: each.name, state: "ok", text: file };
    if (!each.isNeeded) return { name: each.name, state: "ok", text: "is not there (not needed)" };
    const help = installCommand(each.package);
    return { name: each.name, state: "warn", text: `is not there; it ${each.why}`, help };
  });
}

function ociRuntimes(): Finding {
  const found = ["crun", "runc", "runsc"].filter((name) => findProgram(name) !== undefined);
  const name = "OCI runtimes";
  if (found.length === 0) return { name, state: "ok", text: "none (only LAMBKIN_ISOLATION=oci needs one)" };
  return { name, state: "ok", text: `${found.join(", ")} (for LAMBKIN_ISOLATION=oci)` };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function exists(file: string): boolean {
  try {
    accessSync(file, constants.F_OK);
    return true;
  } catch {
    return false;
  }
}
