/**
 * Plays the platform for one bootstrap: starts it as a sandbox would, speaks frames on descriptor 3 and cuts the log
 * pipe into events. Everything here waits for conditions, never for time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";

const PROJECT = path.dirname(path.dirname(import.meta.dirname));
export const PYTHON_BOOTSTRAP = path.join(PROJECT, "runtimes/python/bootstrap.py");
export const NODE_BOOTSTRAP = path.join(PROJECT, "runtimes/nodejs/bootstrap.mjs");

const INVOKE = 1;
/** Ends an inner line of an event. */
const GOES_ON = "\u001f\n";
const FRAME_NAMES = [
  "",
  "ready",
  "response",
  "error",
  "initError",
  "fatal",
  "responseBegin",
  "responseChunk",
  "responseEnd",
  "snapshot",
  "copied",
  "loaded",
  "compiled",
  "compiledAll",
] as const;

export const ARN = "arn:aws:lambda:eu-west-1:000000000000:function:thing";

export interface Frame {
  readonly name: (typeof FRAME_NAMES)[number];
  /** Of `compiled`: the file's name. */
  readonly requestId: string;
  readonly errorType: string;
  readonly payload: Buffer;
}

export interface GuestOptions {
  readonly program: string;
  readonly bootstrap: string;
  readonly handler: string;
  /** Path in the function's folder → content. */
  readonly files: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface InvocationMeta {
  readonly requestId?: string;
  readonly deadlineMs?: number;
  readonly traceId?: string;
  readonly clientContext?: string;
  readonly cognitoIdentity?: string;
  readonly tenantId?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One running bootstrap; `await using` ends it and removes its folder. */
export class Guest {
  readonly folder: string;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #control: Duplex;
  readonly #frames: Frame[] = [];
  #received: Buffer = Buffer.alloc(0);
  #log = "";
  #isEnded = false;
  #wake: () => void = () => {};
  #requests = 0;

  constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
    this.#control = child.stdio[3] as Duplex;
    this.#control.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#control.on("error", () => {});
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
      this.#wake();
    });
    this.exited = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        this.#isEnded = true;
        this.#wake();
        resolve({ code, signal });
      });
    });
  }

  /** The next frame, whatever it is. Throws, with the log, when the guest ended without one. */
  async frame(): Promise<Frame> {
    await this.#until(() => this.#frames.length > 0);
    const frame = this.#frames.shift();
    if (frame === undefined) throw new Error(`the guest ended without a frame; its log:\n${this.#log}`);
    return frame;
  }

  async ready(): Promise<this> {
    const { name, payload } = await this.frame();
    if (name !== "ready") throw new Error(`${name} instead of ready: ${payload}\n${this.#log}`);
    return this;
  }

  /** Delivers an event without waiting; buffers go as they are, other values as JSON. Returns the request id. */
  deliver(event: unknown, meta: InvocationMeta = {}): string {
    this.#requests++;
    const requestId = meta.requestId ?? `00000000-0000-4000-8000-${String(this.#requests).padStart(12, "0")}`;
    const defaults = { requestId, deadlineMs: Date.now() + 3000, invokedFunctionArn: ARN };
    const body = Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event));
    const text = Buffer.from(JSON.stringify({ ...defaults, ...meta }));
    const head = Buffer.alloc(9);
    head.writeUInt32BE(5 + text.length + body.length, 0);
    head.writeUInt8(INVOKE, 4);
    head.writeUInt32BE(text.length, 5);
    this.write(Buffer.concat([head, text, body]));
    return requestId;
  }

  /** Raw bytes to the control socket. */
  write(bytes: Buffer): void {
    this.#control.write(bytes);
  }

  async invoke(event: unknown, meta: InvocationMeta = {}): Promise<Frame> {
    const requestId = this.deliver(event, meta);
    const frame = await this.frame();
    if (frame.requestId !== requestId) throw new Error(`reply to ${frame.requestId}, not ${requestId}`);
    return frame;
  }

  /** A streamed response: the content type of its beginning, the chunks joined, and the frame that ended it. */
  async stream(event: unknown): Promise<{ contentType: string | undefined; body: Buffer; last: Frame }> {
    this.deliver(event);
    const chunks: Buffer[] = [];
    let contentType: string | undefined;
    for (;;) {
      const frame = await this.frame();
      if (frame.name === "responseBegin") contentType = frame.payload.toString("latin1", 1);
      else if (frame.name === "responseChunk") chunks.push(frame.payload);
      else return { contentType, body: Buffer.concat(chunks), last: frame };
    }
  }

  /** Invokes and returns the parsed payload, of a response or an error. */
  async call(event: unknown, meta: InvocationMeta = {}): Promise<unknown> {
    return JSON.parse((await this.invoke(event, meta)).payload.toString()) as unknown;
  }

  /** What was logged so far and is whole, one string an event, as the platform joins them. */
  events(): string[] {
    const joined = this.#log.replaceAll(GOES_ON, "\u001f");
    const whole = this.#isEnded ? joined : joined.slice(0, joined.lastIndexOf("\n") + 1);
    return whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.replaceAll("\u001f", "\n"));
  }

  /** The first event that matches, waited for. Throws, with the log, when the guest ended without it. */
  async event(pattern: RegExp): Promise<string> {
    const find = (): string | undefined => this.events().find((event) => pattern.test(event));
    await this.#until(() => find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error(`no event matches ${pattern}; the log:\n${this.#log}`);
    return found;
  }

  /** The platform goes away. */
  hangUp(): void {
    this.#control.end();
  }

  pauseLog(): void {
    this.#child.stdout?.pause();
  }

  resumeLog(): void {
    this.#child.stdout?.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    this.#control.destroy();
    await this.exited;
    await rm(this.folder, { recursive: true, force: true });
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#isEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const previous = this.#wake;
      this.#wake = () => {
        previous();
        resolve();
      };
      await promise;
      this.#wake = () => {};
    }
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readUInt32BE(0);
      if (this.#received.length < end) break;
      this.#frames.push(parseFrame(this.#received.subarray(4, end)));
      this.#received = this.#received.subarray(end);
    }
    this.#wake();
  }
}

function parseFrame(frame: Buffer): Frame {
  const name = FRAME_NAMES[frame.readUInt8(0)] ?? "";
  let at = 1;
  const shortText = (): string => {
    const end = at + 1 + frame.readUInt8(at);
    const text = frame.toString("latin1", at + 1, end);
    at = end;
    return text;
  };
  const hasRequestId = !["ready", "initError", "loaded", "compiledAll"].includes(name);
  const requestId = hasRequestId ? shortText() : "";
  const errorType = name === "initError" || name === "error" || name === "fatal" ? shortText() : "";
  return { name, requestId, errorType, payload: frame.subarray(at) };
}

export async function startGuest(options: GuestOptions): Promise<Guest> {
  const folder = await mkdtemp(path.join(tmpdir(), "bootstrap-test-"));
  for (const [name, content] of Object.entries(options.files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const programOptions = options.bootstrap === PYTHON_BOOTSTRAP ? ["-S"] : [];
  const child = spawn(
    "/bin/sh",
    ["-c", 'exec "$@" 2>&1', "sh", options.program, ...programOptions, options.bootstrap],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore", "pipe"],
      env: {
        PATH: "/usr/bin:/bin",
        LANG: "en_US.UTF-8",
        LC_CTYPE: "C.UTF-8",
        TZ: ":UTC",
        _HANDLER: options.handler,
        LAMBDA_TASK_ROOT: folder,
        LAMBDA_RUNTIME_DIR: path.dirname(options.bootstrap),
        AWS_REGION: "eu-west-1",
        AWS_LAMBDA_FUNCTION_NAME: "thing",
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
        AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/thing",
        AWS_LAMBDA_LOG_STREAM_NAME: "2026/01/01/[$LATEST]00",
        PYTHONDONTWRITEBYTECODE: "1",
        ...options.variables,
      },
    },
  );
  return new Guest(folder, child);
}

export interface Interpreter {
  readonly version: string;
  /** Undefined when this machine does not have it. */
  readonly program: string | undefined;
}

/** Python 3.8 to 3.14, from LAMBKIN_RUNTIMES_DIR, pyenv and PATH. */
export function findPythons(): Interpreter[] {
  const pyenv = path.join(process.env["PYENV_ROOT"] ?? path.join(homedir(), ".pyenv"), "versions");
  return ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"].map((version) => {
    const name = `python${version}`;
    const installed = (existsSync(pyenv) ? readdirSync(pyenv) : []).filter((dir) =>
      dir.startsWith(`${version}.`),
    );
    return {
      version,
      program: firstExisting([
        ...inRuntimesDir(`${name}/bin/${name}`),
        ...installed.map((dir) => path.join(pyenv, dir, "bin", name)),
        ...onPath(name).filter((program) => !program.includes("/shims/")),
      ]),
    };
  });
}

/** Node.js 18 to 26, from LAMBKIN_RUNTIMES_DIR, PATH, and the one that runs the tests. */
export function findNodes(versionOf: (program: string) => string): Interpreter[] {
  const others = [process.execPath, ...onPath("node")].map((program) => ({
    program,
    version: versionOf(program),
  }));
  return ["18", "20", "22", "24", "26"].map((version) => ({
    version,
    program: firstExisting([
      ...inRuntimesDir(`nodejs${version}.x/bin/node`),
      ...others.filter((other) => other.version === version).map((other) => other.program),
    ]),
  }));
}

function inRuntimesDir(name: string): string[] {
  const dir = process.env["LAMBKIN_RUNTIMES_DIR"];
  return dir === undefined ? [] : [path.join(dir, name)];
}

function onPath(name: string): string[] {
  return (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .map((dir) => path.join(dir, name))
    .filter(existsSync);
}

function firstExisting(programs: readonly string[]): string | undefined {
  return programs.find(existsSync);
}
