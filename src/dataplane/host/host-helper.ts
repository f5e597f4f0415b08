/** Asks a helper process for what takes system calls that Node.js has not; `host-helper.pl` has the list. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { type Deferred, deferred } from "../../kit/mod.ts";
import { holdProcess, startHelper } from "./helper-process.ts";

const PROGRAM = path.join(import.meta.dirname, "host-helper.pl");

export type HostRequest =
  | "prepare-image"
  | "mount-copy"
  | "make-network"
  | "add-gateway"
  | "remove-interface"
  | "remove-interfaces";

/** A namespace that nothing but a descriptor of this process holds, and who is in it. */
export interface HeldNamespace {
  /** For `nsenter`, good in this process and its children. */
  readonly file: string;
  /** Lets go of it. */
  close(): void;
}

export class HostHelper {
  readonly #asked: Deferred<string>[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #isClosed = false;

  /** Rejects with what the kernel said, or when there is no helper to be had. One request at a time, in their order. */
  ask(request: HostRequest | "taken", ...args: readonly string[]): Promise<string> {
    if (this.#isClosed) return Promise.reject(new Error("the helper is closed"));
    const answer = deferred<string>();
    this.#asked.push(answer);
    this.#child ??= this.#start();
    holdProcess(this.#child, true);
    this.#child.stdin.write(`${[request, ...args.map(encodeURIComponent)].join(" ")}\n`);
    return answer.promise;
  }

  /** For requests that are answered with descriptors of namespaces. */
  async askForNamespaces(request: HostRequest, ...args: readonly string[]): Promise<HeldNamespace[]> {
    const [answer, child] = [await this.ask(request, ...args), this.#child];
    return answer.split(" ").map((theirs) => {
      const descriptor = openSync(`/proc/${child?.pid}/fd/${theirs}`, "r");
      void this.ask("taken", theirs).catch(() => {});
      return { file: `/proc/${process.pid}/fd/${descriptor}`, close: () => closeSync(descriptor) };
    });
  }

  /** After what has been asked for is done. */
  close(): void {
    this.#isClosed = true;
    this.#child?.stdin.end();
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = startHelper(PROGRAM);
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-COMPLAINT_CHARACTERS_MAX);
    });
    createInterface(child.stdout).on("line", (line) => this.#hear(line));
    const lose = (why: () => string) => (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const answer of this.#asked.splice(0)) answer.reject(new Error(why()));
    };
    child.once("error", (error) => lose(() => error.message)());
    child.once(
      "close",
      lose(() => `the helper for the host ended: ${complaint}`),
    );
    return child;
  }

  #hear(line: string): void {
    const answer = this.#asked.shift();
    // A helper that waits is no reason for this process to go on.
    if (this.#asked.length === 0 && this.#child !== undefined) holdProcess(this.#child, false);
    const text = line.slice("ok ".length).trim();
    if (line.startsWith("ok ")) answer?.resolve(text);
    else answer?.reject(new Error(text));
  }
}

const COMPLAINT_CHARACTERS_MAX = 10_000;
