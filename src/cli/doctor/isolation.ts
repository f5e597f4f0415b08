/** What this machine can isolate: the server's own choices, made here and taken back. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Cgroups, chooseDriver, chooseNetwork, Launcher, openScratchVolumes } from "../../dataplane/mod.ts";
import { type Finding, findProgram, installCommand } from "./finding.ts";

/** Tries each part as a server that starts now would. Leaves nothing behind. */
export async function isolationFindings(): Promise<Finding[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lambkin-doctor-"));
  const cgroups = Cgroups.open();
  try {
    const sandbox = await sandboxFinding(folder, cgroups);
    const [network, scratch] = await Promise.all([
      networkFinding(folder, sandbox.state === "ok"),
      scratchFinding(path.join(folder, "volumes")),
    ]);
    return [sandbox, network, cgroupFinding(cgroups), scratch];
  } finally {
    await cgroups?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function sandboxFinding(folder: string, cgroups: Cgroups | undefined): Promise<Finding> {
  const name = "isolation";
  try {
    const { driver, warning } = await chooseDriver("auto", "auto", folder, new Launcher(), cgroups);
    if (warning === undefined) return { name, state: "ok", text: `functions run in ${driver.name}` };
    return { name, state: "missing", text: warning.split(". ")[0] ?? "", help: installCommand("bubblewrap") };
  } catch (error) {
    return { name, state: "missing", text: messageOf(error), help: installCommand("bubblewrap") };
  }
}

async function networkFinding(folder: string, isIsolated: boolean): Promise<Finding> {
  const name = "network";
  const isRoot = process.getuid?.() === 0;
  const help = networkHelp(isRoot);
  const { network, warning } = await chooseNetwork("auto", isIsolated, { folder, reportFault: () => {} });
  try {
    if (warning !== undefined) return { name, state: "warn", text: warning, help };
    if (!isIsolated) {
      return {
        name,
        state: "warn",
        text: "functions without isolation share the host's",
        help: "see isolation",
      };
    }
    return { name, state: "ok", text: `each function has its own (${network.name})` };
  } finally {
    await network.close();
  }
}

function networkHelp(isRoot: boolean): string {
  const wanted = isRoot
    ? ([
        ["perl", "perl-base"],
        ["nft", "nftables"],
      ] as const)
    : ([
        ["ip", "iproute2"],
        ["pasta", "passt"],
      ] as const);
  const missing = wanted.filter(([program]) => findProgram(program) === undefined).map(([, name]) => name);
  if (missing.length > 0) return installCommand(...missing);
  if (isRoot) return "the server needs CAP_NET_ADMIN and CAP_SYS_ADMIN (in a container: --privileged)";
  return "sudo modprobe tun (in a container: --device /dev/net/tun), or run the server as root";
}

function cgroupFinding(cgroups: Cgroups | undefined): Finding {
  const name = "cgroups";
  if (cgroups === undefined) {
    return {
      name,
      state: "warn",
      text: "none can be written: memory is watched instead of limited, idle functions are not frozen",
      help: "run the server as root, or by systemd with Delegate=yes",
    };
  }
  const weaknesses = cgroups.weaknesses();
  if (weaknesses.length === 0)
    return { name, state: "ok", text: "memory, CPU and processes are limited, idle is frozen" };
  return { name, state: "warn", text: weaknesses.join("; "), help: "run the server as root" };
}

async function scratchFinding(folder: string): Promise<Finding> {
  const name = "/tmp of functions";
  const volumes = await openScratchVolumes(folder);
  try {
    if (volumes.weaknesses.length === 0) return { name, state: "ok", text: "has a size of its own" };
    const isRoot = process.getuid?.() === 0;
    const help = isRoot ? installCommand("e2fsprogs") : "run the server as root";
    return { name, state: "warn", text: volumes.weaknesses.join("; "), help };
  } finally {
    await volumes.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
