/**
 * A shell that lives as long as this process and runs one script after the other. Starting a program costs this process a
 * copy of its page tables, 4 ms at 150 MB, in which it does nothing else; it costs a small shell next to nothing.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { type Deferred, deferred } from "./deferred.ts";

/** Begins the line that ends a script's output; nothing that is run here prints it. */
const END = "\u0004";

interface Asked {
  readonly script: string;
  readonly answer: Deferred<void>;
}

export class ShellSession {
  readonly #command: readonly [string, ...string[]];
  readonly #asked: Asked[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #said = "";
  #isClosed = false;

  /** `command` ends with what starts the shell, which reads scripts from its input. It is started with the first script. */
  constructor(command: readonly [string, ...string[]] = ["/bin/sh"]) {
    this.#command = command;
  }

  /** Scripts that are under way or wait. */
  get load(): number {
    return this.#asked.length;
  }

  /** Rejects with what the script printed when it ends with another status than 0, and when the shell is lost. */
  run(script: string): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error("the shell is closed"));
    const answer = deferred<void>();
    this.#asked.push({ script, answer });
    this.#child ??= this.#start();
    hold(this.#child, true);
    this.#child.stdin.write(`( ${script}\n) </dev/null 2>&1; echo "${END}$?"\n`);
    return answer.promise;
  }

  /** After what has been asked for is done. */
  close(): void {
    this.#isClosed = true;
    this.#child?.stdin.end();
  }

  #start(): ChildProcessWithoutNullStreams {
    const [program, ...args] = this.#command;
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      // A terminal's Ctrl-C is not for it: what is left to do when we go still needs it.
      detached: true,
      env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    child.stdin.on("error", () => {});
    child.stderr.resume();
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#hear(text));
    const lose = (why: string) => (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#said = "";
      for (const { answer } of this.#asked.splice(0)) answer.reject(new Error(why));
    };
    child.once("error", lose(`${program} could not be started`));
    child.once("close", lose(`${program} ended`));
    return child;
  }

  #hear(text: string): void {
    this.#said += text;
    for (let at = this.#said.indexOf(END); at >= 0; at = this.#said.indexOf(END)) {
      const lineEnd = this.#said.indexOf("\n", at);
      if (lineEnd < 0) return;
      const output = this.#said.slice(0, at).trim();
      const status = Number(this.#said.slice(at + 1, lineEnd));
      this.#said = this.#said.slice(lineEnd + 1);
      const asked = this.#asked.shift();
      // A shell that waits is no reason for this process to go on.
      if (this.#asked.length === 0 && this.#child !== undefined) hold(this.#child, false);
      if (status === 0) asked?.answer.resolve();
      else asked?.answer.reject(new Error(`${asked.script}: exit ${status}: ${output}`));
    }
  }
}

function hold(child: ChildProcessWithoutNullStreams, isHeld: boolean): void {
  for (const part of [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket]) {
    if (isHeld) part.ref();
    else part.unref();
  }
}

/** As one word of a shell's script. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
