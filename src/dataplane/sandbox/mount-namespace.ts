/**
 * A mount namespace that lives as long as this server: what is mounted in it is seen by the sandboxes that are started in
 * it and by nobody else, and is gone with the server, however that ends: nothing but an open descriptor holds it.
 * Mounts of the host show up in it as they come.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { ShellSession } from "../../kit/mod.ts";

/** Beside v1 groups crun stumbles over the empty v2 tree; nothing that is started here needs it. */
const SCRIPT = "[ -d /sys/fs/cgroup/unified ] && umount --lazy /sys/fs/cgroup/unified; echo; read -r _";

/** Mounting waits for disks and locks as much as it computes. */
const SHELLS = 2;

export interface MountNamespace {
  /** For `nsenter --mount=`. */
  readonly file: string;
  /** Runs a shell's script in it; rejects when it fails. */
  run(script: string): Promise<void>;
  close(): void;
}

/** Rejects where this process may not make one. */
export async function openMountNamespace(): Promise<MountNamespace> {
  const maker = spawn("unshare", ["--mount", "--propagation", "slave", "--", "/bin/sh", "-c", SCRIPT], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  const ended = new Promise<never>((_resolve, reject) => {
    maker.once("error", reject);
    maker.once("exit", (code) => reject(new Error(`unshare ended with ${code}`)));
  });
  ended.catch(() => {});
  await Promise.race([once(maker.stdout, "data"), ended]);
  const descriptor = openSync(`/proc/${maker.pid}/ns/mnt`, "r");
  maker.stdin.end();
  const file = `/proc/${process.pid}/fd/${descriptor}`;
  const enter = (): ShellSession => new ShellSession(["nsenter", `--mount=${file}`, "--", "/bin/sh"]);
  const shells = Array.from({ length: SHELLS }, enter);
  return {
    file,
    run: (script) => leastBusy(shells).run(script),
    close: () => {
      for (const shell of shells) shell.close();
      closeSync(descriptor);
    },
  };
}

function leastBusy(shells: readonly ShellSession[]): ShellSession {
  return shells.reduce((best, each) => (each.load < best.load ? each : best));
}
