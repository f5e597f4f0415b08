/** One pasta process: it connects one namespace, and ends with this server however that ends. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { NETWORK_LIMITS } from "../../config/mod.ts";

const COMPLAINT_CHARACTERS_MAX = 10_000;

export interface PastaOptions {
  /** A process in the namespaces; it is needed only until this is done. */
  readonly pid: number;
  /** Takes its process id for a moment. */
  readonly folder: string;
  /** Without a way out: only the ports. */
  readonly isOffline: boolean;
  /** Ports of the guest's 127.0.0.1 that lead to the same ports of the host's. */
  readonly ports: readonly number[];
}

export interface Pasta {
  readonly isAlive: () => boolean;
  end(): Promise<void>;
}

/**
 * pasta puts itself into the background once the network is up, out of reach of any parent: a shell that reads from us
 * until we close or die ends it. Its number may be another's by then; the name of the file in its arguments is nobody else's.
 */
const KEEPER = `
file=$1; shift
"$@" </dev/null >/dev/null || exit 1
pid=$(cat "$file"); rm -f "$file"
echo "$pid"; read -r _
grep -qF "$file" "/proc/$pid/cmdline" 2>/dev/null && kill -9 "$pid"`;

/** Rejects when it is missing, refuses, or is not up in time (version 2023-03-09 waits for ever where it lacks /dev/net/tun). */
export async function startPasta(options: PastaOptions): Promise<Pasta> {
  const pidFile = path.join(options.folder, `pasta-${randomBytes(8).toString("hex")}.pid`);
  const command = [
    ...["pasta", "--quiet", "--ipv4-only", "--pid", pidFile],
    // Its gateway would otherwise be the host's loopback.
    ...(options.isOffline ? [] : ["--config-net", "--no-map-gw"]),
    ...["--tcp-ports", "none", "--udp-ports", "none", "--udp-ns", "none"],
    ...["--tcp-ns", options.ports.join(",")],
    ...["--userns", `/proc/${options.pid}/ns/user`, "--netns", `/proc/${options.pid}/ns/net`],
  ];
  const keeper = spawn("/bin/sh", ["-c", KEEPER, "sh", pidFile, ...command], {
    stdio: ["pipe", "pipe", "pipe"],
    // Out of reach of a Ctrl-C at our terminal, and one group with a pasta that never gets ready.
    detached: true,
    env: { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" },
  });
  keeper.stdin.on("error", () => {});
  let complaint = "";
  keeper.stderr.on("data", (chunk) => {
    if (complaint.length < COMPLAINT_CHARACTERS_MAX) complaint += String(chunk);
  });
  const ended = Promise.withResolvers<void>();
  keeper.once("error", () => ended.resolve());
  keeper.once("exit", () => ended.resolve());
  const timer = setTimeout(() => killGroup(keeper.pid), NETWORK_LIMITS.slotMsMax);
  const said = await Promise.race([once(keeper.stdout, "data"), ended.promise]);
  clearTimeout(timer);
  const pid = Number(said?.[0]);
  if (!Number.isInteger(pid) || pid <= 0) {
    killGroup(keeper.pid);
    throw new Error(lastLine(complaint) ?? "pasta did not bring the network up in time");
  }
  return {
    isAlive: () => isAlive(pid),
    end: async () => {
      keeper.stdin.end();
      await ended.promise;
    },
  };
}

/** Without a system log it tells of that, too. */
function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/ bytes to syslog$/.test(line))
    .at(-1);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
