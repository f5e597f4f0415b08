/**
 * A mount namespace that lives as long as this server: what is mounted in it is seen by the sandboxes that are started in
 * it and by nobody else, and is gone with the server, however that ends: nothing but an open descriptor holds it.
 * Mounts of the host show up in it as they come.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Beside v1 groups crun stumbles over the empty v2 tree; nothing that is started here needs it. */
const SCRIPT = "[ -d /sys/fs/cgroup/unified ] && umount --lazy /sys/fs/cgroup/unified; echo; read -r _";

export interface MountNamespace {
  /** For `nsenter --mount=`. */
  readonly file: string;
  /** Runs a program in it; rejects when it fails. */
  run(program: string, args: readonly string[]): Promise<void>;
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
  return {
    file,
    run: async (program, args) => {
      await execute("nsenter", [`--mount=${file}`, "--", program, ...args]);
    },
    close: () => closeSync(descriptor),
  };
}
