/**
 * A mount namespace that lives as long as this server: what is mounted in it is seen by the sandboxes that are started in
 * it and by nobody else, and is gone with it, however the server ends. Mounts of the host show up in it as they come.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { invariant } from "../../errors/mod.ts";

const execute = promisify(execFile);

export interface MountNamespace {
  /** For `nsenter --mount=`. */
  readonly file: string;
  /** Runs a program in it; rejects when it fails. */
  run(program: string, args: readonly string[]): Promise<void>;
  close(): void;
}

/** Rejects where this process may not make one. */
export async function openMountNamespace(): Promise<MountNamespace> {
  // It waits for the end of its input, which comes with our own end.
  const keeper = spawn(
    "unshare",
    ["--mount", "--propagation", "slave", "--", "/bin/sh", "-c", "echo; read -r _"],
    {
      stdio: ["pipe", "pipe", "ignore"],
      env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
    },
  );
  const failed = new Promise<never>((_resolve, reject) => {
    keeper.once("error", reject);
    keeper.once("exit", (code) => reject(new Error(`unshare ended with ${code}`)));
  });
  failed.catch(() => {});
  await Promise.race([once(keeper.stdout, "data"), failed]);
  invariant(keeper.pid !== undefined, "a process that spoke has an id");
  keeper.unref();
  for (const stream of [keeper.stdin, keeper.stdout]) (stream as unknown as Socket).unref();
  const file = `/proc/${keeper.pid}/ns/mnt`;
  return {
    file,
    run: async (program, args) => {
      await execute("nsenter", [`--mount=${file}`, "--", program, ...args]);
    },
    close: () => keeper.stdin.end(),
  };
}
