/** What the helpers of this server have in common: Perl programs that live beside it and talk over their input and output. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { machineName } from "../../kit/mod.ts";

export const PERL = "/usr/bin/perl";

/** Its first argument is the machine. */
export function startHelper(program: string, args: readonly string[] = []): ChildProcessWithoutNullStreams {
  const child = spawn(PERL, [program, machineName() ?? process.arch, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    // A terminal's Ctrl-C is not for it, nor for what it has started: what is left to do when we go still needs it.
    detached: true,
    env: { LC_ALL: "C" },
  });
  child.stdin.on("error", () => {});
  return child;
}

/** A helper that waits is no reason for this process to go on; one that works is. */
export function holdProcess(child: ChildProcessWithoutNullStreams, isHeld: boolean): void {
  for (const part of [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket]) {
    if (isHeld) part.ref();
    else part.unref();
  }
}
