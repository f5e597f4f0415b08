/**
 * Makes a user and a network namespace that nothing but descriptors of this process hold: no name in a file system is left
 * behind. Their maker is root in the first, and needs no right to make the other.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { NETWORK_LIMITS } from "../../config/mod.ts";

const KINDS = ["user", "net"] as const;

export interface NamespaceRecipe {
  /** What the host does from outside, before `setUp`; `pid` is a process in the namespaces. */
  readonly connect: (pid: number) => Promise<void>;
  /** Shell script that runs inside, as root of it. */
  readonly setUp: string;
}

export interface MadeNamespaces {
  /** Paths for `nsenter`, good in this process and its children. */
  readonly files: Readonly<Record<(typeof KINDS)[number], string>>;
  readonly descriptors: readonly number[];
}

/** Rejects where this process may not, or when it takes too long. */
export async function makeNamespace(recipe: NamespaceRecipe): Promise<MadeNamespaces> {
  const { connect, setUp } = recipe;
  const script = `echo; read -r _ || exit 1\n${setUp}\necho; read -r _`;
  const maker = spawn("unshare", ["--user", "--map-root-user", "--net", "--", "/bin/sh", "-c", script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
    timeout: NETWORK_LIMITS.slotMsMax,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<never>((_resolve, reject) => {
    maker.once("error", reject);
    maker.once("exit", (code, signal) => {
      reject(new Error(`a network namespace could not be made: ${signal ?? `exit ${code}`}`));
    });
  });
  ended.catch(() => {});
  maker.stdin.on("error", () => {});
  const descriptors: number[] = [];
  try {
    await Promise.race([once(maker.stdout, "data"), ended]);
    await connect(maker.pid as number);
    maker.stdin.write("\n");
    await Promise.race([once(maker.stdout, "data"), ended]);
    const files = { net: "", user: "" };
    for (const kind of KINDS) {
      const descriptor = openSync(`/proc/${maker.pid}/ns/${kind}`, "r");
      descriptors.push(descriptor);
      files[kind] = `/proc/${process.pid}/fd/${descriptor}`;
    }
    return { files, descriptors };
  } catch (error) {
    for (const descriptor of descriptors) closeSync(descriptor);
    throw error;
  } finally {
    maker.stdin.end();
  }
}
