/**
 * A living `nft -i`: it owns the table of this server's rules. The kernel lets nobody else change or flush a table with an
 * owner, and removes it when the owner ends; ours ends when its input does, however this process came to end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type Deferred, deferred } from "../../kit/mod.ts";

/** Every refusal begins with it (the C locale is asked for). */
const ERROR = "Error: ";

interface Asked {
  readonly mark: string;
  readonly answer: Deferred<void>;
}

export class NftSession {
  readonly #child: ChildProcess;
  readonly #watcher: ChildProcess;
  readonly #asked: Asked[] = [];
  readonly #ended = deferred<void>();
  #said = "";
  #count = 0;

  /** `lastCommand` (a shell's) is run when this process has died, and before the table goes with it. */
  constructor(lastCommand: string) {
    // A terminal's Ctrl-C and a service manager's stop go to every process: the rules must outlive the functions.
    this.#child = spawn("/bin/sh", ["-c", "trap '' HUP INT TERM; exec nft -i"], {
      stdio: ["pipe", "ignore", "pipe"],
      detached: true,
      // It would keep a history of commands in its home.
      env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/dev/null", LC_ALL: "C" },
    });
    this.#watcher = spawn("/bin/sh", ["-c", `trap '' HUP INT TERM; read -r _; ${lastCommand}`], {
      // While it has nft's input open nft goes on, even if we are gone.
      stdio: ["pipe", "ignore", "ignore", this.#input],
      detached: true,
      env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    this.#watcher.stdin?.on("error", () => {});
    this.#watcher.once("error", (error) => this.#lose(error));
    this.#input.on("error", () => {});
    this.#errors.setEncoding("utf8").on("data", (text: string) => this.#hear(text));
    this.#child.once("error", (error) => this.#lose(error));
    this.#child.once("close", (code) =>
      this.#lose(new Error(`nft ended with ${code}: ${this.#said.trim()}`)),
    );
  }

  /** Resolves when it is gone, wanted or not. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** One line is one transaction: all of it or nothing. Rejects with what nft has against it. */
  run(line: string): Promise<void> {
    // nft says nothing to what it accepts. A refusal that we provoke behind it, by asking for what there is not, tells
    // that the line before is through.
    const mark = `lambkin-done-${++this.#count}`;
    const answer = deferred<void>();
    this.#asked.push({ mark, answer });
    this.#input.write(`${line}\nlist table inet ${mark}\n`);
    return answer.promise;
  }

  async close(): Promise<void> {
    this.#watcher.kill("SIGKILL");
    this.#input.end();
    await this.ended;
  }

  get #input(): Writable {
    return this.#child.stdin as Writable;
  }

  get #errors(): Readable {
    return this.#child.stderr as Readable;
  }

  #hear(text: string): void {
    this.#said += text;
    for (let next = this.#asked[0]; next !== undefined; next = this.#asked[0]) {
      const at = this.#said.indexOf(`${next.mark}\n`);
      if (at < 0) return;
      const refusals = this.#said.slice(0, at).split(ERROR).slice(1, -1);
      this.#said = this.#said.slice(at + next.mark.length);
      this.#asked.shift();
      if (refusals.length === 0) next.answer.resolve();
      else next.answer.reject(new Error(`nft: ${refusals.join("; ").trim()}`));
    }
  }

  #lose(error: Error): void {
    this.#watcher.kill("SIGKILL");
    for (const { answer } of this.#asked.splice(0)) answer.reject(error);
    this.#ended.resolve();
  }
}
