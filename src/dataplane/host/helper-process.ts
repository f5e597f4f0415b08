/** What the helpers of this server have in common. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Socket } from "node:net";

export const PERL = "/usr/bin/perl";

/** Node's names of architectures, in the kernel's words. */
const MACHINES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

export function machineName(): string {
  return MACHINES[process.arch] ?? process.arch;
}

/** A helper that waits is no reason for this process to go on; one that works is. */
export function holdProcess(child: ChildProcessWithoutNullStreams, isHeld: boolean): void {
  for (const part of [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket]) {
    if (isHeld) part.ref();
    else part.unref();
  }
}
