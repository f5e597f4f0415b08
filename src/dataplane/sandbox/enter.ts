/** Starts a second program in a sandbox: with a terminal, which `script` of util-linux holds, or with pipes. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { SANDBOX_LIMITS } from "../../config/mod.ts";
import { quoted } from "../../kit/mod.ts";
import { PERL } from "../host/helper-process.ts";
import { GUEST_GID, GUEST_UID } from "./guest-etc.ts";
import { CODE } from "./guest-root.ts";
import { FILTER_DESCRIPTOR, type LaunchOptions, limitsOf } from "./launch.ts";
import { Closed, type Entered, type EnterSpec, type ExitStatus } from "./sandbox.ts";
import type { Machine } from "./seccomp/filter.ts";

/** The name of the terminal comes out here. */
const NAME_DESCRIPTOR = 6;

const SCRIPT = "/usr/bin/script";

export interface EnterOptions
  extends Pick<
      LaunchOptions,
      "cgroup" | "memoryMib" | "workingFolder" | "variables" | "filterFile" | "handedOver"
    >,
    Pick<EnterSpec, "terminal"> {
  /** Absolute host path first. */
  readonly command: readonly string[];
  /** The sandbox is no more. */
  readonly ended: Promise<unknown>;
}

export interface EnteredGuest extends Pick<EnterOptions, "cgroup" | "memoryMib" | "ended"> {
  /** A process of the guest; undefined where none runs yet, or any more. */
  readonly inside: () => number | undefined;
  /** Undefined where its system calls are not known. */
  readonly machine: Machine | undefined;
  readonly filterFile: string | undefined;
  /** Guest paths: put before the command. */
  readonly prefix: readonly string[];
}

/** Starts a program in namespaces that exist, with what the guest's own have of rights. Rejects with Closed. */
export async function enterGuest(
  { command, variables, terminal }: EnterSpec,
  guest: EnteredGuest,
): Promise<Entered> {
  const { inside, machine, filterFile, prefix, ...limits } = guest;
  if (machine === undefined)
    throw new Closed("the system calls of this machine's architecture are not known");
  if (!existsSync(PERL)) throw new Closed(`there is no ${PERL} on this machine, which leads into sandboxes`);
  const processId = await found(inside, limits.ended);
  return enter({
    ...limits,
    ...(filterFile !== undefined && { filterFile }),
    terminal,
    command: [
      ...[PERL, path.join(import.meta.dirname, "enter.pl"), machine, String(processId)],
      ...[String(GUEST_UID), String(GUEST_GID), CODE, ...prefix, ...command],
    ],
    // The way in leads past programs that are not the guest's: its variables come after them.
    variables: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", SHELL: "/bin/sh" },
    handedOver: Buffer.from(
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\0`)
        .join(""),
    ),
    workingFolder: "/",
  });
}

/** A sandbox that is just being started has nobody in it for a moment. Rejects with Closed. */
async function found(inside: () => number | undefined, ended: Promise<unknown>): Promise<number> {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const deadlineMs = performance.now() + SANDBOX_LIMITS.enterMsMax;
  while (!hasEnded && performance.now() < deadlineMs) {
    const processId = inside();
    if (processId !== undefined) return processId;
    await sleep(LOOK_AGAIN_MS);
  }
  throw new Closed("nothing runs in its sandbox");
}

const LOOK_AGAIN_MS = 5;

/** Rejects with Closed. */
export async function enter(options: EnterOptions): Promise<Entered> {
  const { terminal } = options;
  if (terminal !== undefined && !existsSync(SCRIPT)) {
    throw new Closed(`there is no ${SCRIPT} (util-linux) on this machine, which terminals need`);
  }
  const child = start(options);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new Closed(error.message)));
  });
  const [input, output, errors] = child.stdio as unknown as [Writable, Readable, Readable];
  const pipes: readonly unknown[] = child.stdio;
  for (const pipe of pipes) (pipe as Readable | null)?.on("error", ignored);
  (pipes[4] as Writable).end(options.handedOver ?? "");
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  // Namespaces end what is in them, not who waits for it out here.
  void options.ended.then(() => end(child));
  const name = terminal === undefined ? undefined : nameOf(pipes[NAME_DESCRIPTOR] as Readable);
  return {
    input,
    output,
    errors: terminal === undefined ? errors : new PassThrough().end(),
    exited,
    resize: (columns, rows) => {
      void name?.then((file) => execFile("stty", ["-F", file, ...sizeWords({ columns, rows })], ignored));
    },
    hangUp: () => end(child),
  };
}

function start(options: EnterOptions): ChildProcess {
  const { command, terminal } = options;
  const filter = options.filterFile === undefined ? "" : `${FILTER_DESCRIPTOR}<${quoted(options.filterFile)}`;
  const joining = `${joiningScript(options)}; exec "$@" ${filter}`;
  const words = ["/bin/sh", "-c", joining, "sh", ...command];
  const [program = "", ...args] = terminal === undefined ? words : inTerminal(words, terminal);
  return spawn(program, args, {
    cwd: options.workingFolder,
    env: options.variables as Record<string, string>,
    stdio: ["pipe", "pipe", "pipe", "ignore", "pipe", "ignore", terminal === undefined ? "ignore" : "pipe"],
    // A group of its own, as the guest has.
    detached: true,
  });
}

/** A shell joins the group and sets the limits that the guest's own processes have, then it is replaced. */
function joiningScript(options: EnterOptions): string {
  const { core, openFiles, data } = limitsOf({ ...options, limitsOpenFiles: true });
  return [
    ...(options.cgroup?.procsFiles ?? []).map((file) => `echo $$ > ${quoted(file)} || exit 125`),
    `ulimit -c ${core}`,
    `ulimit -n ${openFiles}`,
    ...(data === undefined ? [] : [`ulimit -d ${data / KIB}`]),
  ].join("; ");
}

const KIB = 1024;

function inTerminal(words: readonly string[], size: NonNullable<EnterSpec["terminal"]>): string[] {
  const setUp = `tty >&${NAME_DESCRIPTOR}; exec ${NAME_DESCRIPTOR}>&-; stty ${sizeWords(size).join(" ")}`;
  const line = `${setUp}; exec ${words.map(quoted).join(" ")}`;
  return [SCRIPT, "--quiet", "--return", "--flush", "--echo", "always", "--command", line, "/dev/null"];
}

function sizeWords({ columns, rows }: NonNullable<EnterSpec["terminal"]>): string[] {
  return ["rows", String(rows), "cols", String(columns)];
}

/** Its first line; whoever holds the terminal keeps the pipe open. */
async function nameOf(pipe: Readable): Promise<string> {
  let text = "";
  for await (const chunk of pipe) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.trim();
}

/** The terminal goes with its holder, and the kernel tells whoever sits at it. */
function end({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

function ignored(): void {}
