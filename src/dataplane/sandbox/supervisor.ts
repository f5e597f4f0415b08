/**
 * Keeps external extensions beside the runtime in one sandbox, as processes that end one by one. Only where a function
 * has extensions: a shell becomes the guest's first program, starts everybody, tells who started and ended, and sends
 * the signals it is asked for. It runs as the guest does; a guest that meddles with it harms its own environment.
 */
import { type Duplex, PassThrough, type Readable } from "node:stream";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { deferred } from "../../kit/mod.ts";
import type { ExitStatus, SandboxSpec } from "./sandbox.ts";

/** The shell's descriptors: orders come and reports go through the first, extensions print to the second. */
export const SUPERVISOR_DESCRIPTORS = { channel: 6, extensionLogs: 7 } as const;

/**
 * Everybody has a key: extensions their number, the runtime `runtime`. The runtime starts when it is told, so that
 * extensions can be there first. Orders: `start`; `drain` and a mark that follows what extensions have printed; or a signal's
 * name and a process id.
 */
const SCRIPT = `hidden=$1 count=$2; shift 2
follow() { exec 2>/dev/null; echo started $1 $2 >&6; wait $1; echo exited $? $2 >&6; }
key=0
while [ "$key" -lt "$count" ]; do
  program=$1; shift
  ( cd /; unset $hidden; exec 3<&-; "$program" >&7 2>&7 6>&- 7>&- & follow $! $key ) &
  key=$((key + 1))
done
while read -r order id <&6; do
  case $order in
    start) ( "$@" 6>&- 7>&- & follow $! runtime ) & ;;
    drain) echo "$id" >&7 ;;
    *) kill -"$order" "$id" 2>/dev/null ;;
  esac
done`;

/** Before a line that an extension printed, where that comes with the reports. */
const LOG = "log ";
const DRAINED = "lambkin-drained";

/** What runs as the guest's first program. */
export function supervisedCommand({ command, extensions, hiddenFromExtensions }: SandboxSpec): string[] {
  const programs = extensions.map((extension) => extension.program);
  const hidden = hiddenFromExtensions.join(" ");
  return ["/bin/sh", "-c", SCRIPT, "sh", hidden, String(programs.length), ...programs, ...command];
}

export type SupervisedSignal = "SIGTERM" | "SIGKILL";

/** Processes that can be told apart from outside. */
export class Supervisor {
  readonly #channel: Duplex;
  readonly #processIds = new Map<string, number>();
  readonly #runtimeExited = deferred<ExitStatus>();
  /** What extensions print: one pipe for all of them. */
  readonly extensionLogs: Readable;
  readonly #logLines = new PassThrough();
  readonly #drained = deferred<void>();
  readonly #relaysLogs: boolean;
  /** Set by whoever watches: an extension ended; its place in the spec's list. */
  onExtensionExited: (index: number, status: ExitStatus) => void = () => {};

  /** Without `extensionLogs` what extensions print comes with the reports. */
  constructor(channel: Duplex, extensionLogs: Readable | undefined) {
    this.#channel = channel;
    this.#relaysLogs = extensionLogs === undefined;
    this.extensionLogs = extensionLogs ?? this.#logLines;
    let text = "";
    channel.on("error", () => {});
    channel.setEncoding("latin1");
    channel.on("data", (chunk: string) => {
      const lines = (text + chunk).split("\n");
      text = (lines.pop() ?? "").slice(0, ENVIRONMENT_LIMITS.logEventBytesMax);
      for (const line of lines) this.#report(line);
    });
  }

  /** Never resolves where the whole sandbox ended before the runtime did. */
  get runtimeExited(): Promise<ExitStatus> {
    return this.#runtimeExited.promise;
  }

  get isRuntimeAlive(): boolean {
    return this.#processIds.has("runtime");
  }

  startRuntime(): void {
    this.#channel.write("start\n");
  }

  /** Resolves when all that extensions printed before the call has come out of the sandbox. */
  drained(): Promise<void> {
    if (!this.#relaysLogs) return Promise.resolve();
    this.#channel.write(`drain ${DRAINED}\n`);
    return this.#drained.promise;
  }

  signalRuntime(signal: SupervisedSignal): void {
    this.#signal("runtime", signal);
  }

  signalExtension(index: number, signal: SupervisedSignal): void {
    this.#signal(String(index), signal);
  }

  #signal(key: string, signal: SupervisedSignal): void {
    const id = this.#processIds.get(key);
    if (id !== undefined) this.#channel.write(`${signal.slice("SIG".length)} ${id}\n`);
  }

  #report(line: string): void {
    if (line === LOG + DRAINED) this.#drained.resolve();
    else if (line.startsWith(LOG)) this.#logLines.write(`${line.slice(LOG.length)}\n`, "latin1");
    const [, what, number, key = ""] = /^(started|exited) (\d+) (runtime|\d+)$/.exec(line) ?? [];
    if (what === "started") this.#processIds.set(key, Number(number));
    if (what !== "exited") return;
    this.#processIds.delete(key);
    // The shell reports a signal as 128 and its number, which is how bubblewrap does it too.
    const status = { code: Number(number), signal: null };
    if (key === "runtime") this.#runtimeExited.resolve(status);
    else this.onExtensionExited(Number(key), status);
  }
}
