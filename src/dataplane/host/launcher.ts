/** Starts programs without a copy of this process for each; `launcher.pl` says how, and why. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { constants } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { SANDBOX_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import { type Deferred, deferred } from "../../kit/mod.ts";
import { holdProcess, startHelper } from "./helper-process.ts";

const PROGRAM = path.join(import.meta.dirname, "launcher.pl");

export interface LaunchedStatus {
  readonly code: number | null;
  /** As in `SIGKILL`. */
  readonly signal: string | null;
}

/** Descriptors by their numbers: 0 is empty and 2 is what 1 is, unless something else is said of them. */
export interface LaunchRequest {
  /** Absolute path first; from inside the namespaces. */
  readonly command: readonly string[];
  /** All there are; none is inherited. */
  readonly variables: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Those that lead here. */
  readonly connections: readonly number[];
  /** Copies of this process's own; takes the right to look into this process. */
  readonly given?: Descriptors<number> | undefined;
  /** Files that are open for reading. */
  readonly files?: Descriptors<string> | undefined;
  /** Each is what the other is. */
  readonly copies?: Descriptors<number> | undefined;
  /** Control groups it joins: their files of processes. */
  readonly groups?: readonly string[] | undefined;
  readonly limits?: ResourceLimits | undefined;
  /** Files of namespaces that it enters. Of a user namespace last: it takes the rights away that others may need. */
  readonly namespaces?: readonly string[] | undefined;
}

export type Descriptors<What> = Readonly<Record<number, What>>;

/** Soft and hard alike; bytes where they are sizes. */
export type ResourceLimits = Partial<Readonly<Record<keyof typeof RESOURCES, number>>>;

/** Source: asm-generic/resource.h. */
const RESOURCES = { data: 2, core: 4, openFiles: 7 } as const;

export interface LaunchedProgram {
  readonly processId: number;
  readonly connections: ReadonlyMap<number, Socket>;
  /** Never rejects. */
  readonly exited: Promise<LaunchedStatus>;
}

interface Running {
  /** Rejected when it will not get all its descriptors. */
  readonly connected: Deferred<void>;
  processId: number | undefined;
  readonly started: Deferred<number>;
  readonly exited: Deferred<LaunchedStatus>;
}

const TOKEN_BYTES = 16;
const TOKEN_CHARACTERS = 2 * TOKEN_BYTES;
const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

export class Launcher {
  readonly #running = new Map<string, Running>();
  /** By token. */
  readonly #awaited = new Map<string, Deferred<Socket>>();
  #helper: Promise<ChildProcessWithoutNullStreams> | undefined;
  #server: Server | undefined;
  #count = 0;

  /** Rejects when the program ended before all its descriptors were there, and when nothing can be started. */
  async start(request: LaunchRequest): Promise<LaunchedProgram> {
    this.#helper ??= this.#open();
    const helper = await this.#helper;
    const key = String(++this.#count);
    const running: Running = {
      connected: deferred(),
      processId: undefined,
      started: deferred(),
      exited: deferred(),
    };
    const awaited = request.connections.map((place) => {
      const [token, socket] = [randomBytes(TOKEN_BYTES).toString("hex"), deferred<Socket>()];
      this.#awaited.set(token, socket);
      return { place, token, socket };
    });
    this.#running.set(key, running);
    holdProcess(helper, true);
    const tokens = Object.fromEntries(awaited.map(({ place, token }) => [place, token]));
    const words = [key, ...stepsOf(request, tokens), "--", ...request.command];
    helper.stdin.write(`${words.map(encodeURIComponent).join(" ")}\n`);
    try {
      const [processId] = await Promise.all([running.started.promise, running.connected.promise]);
      // They are in the kernel's hands: they arrive, also when the program has ended by now.
      const arrived = await Promise.all(
        awaited.map(async ({ place, socket }) => [place, await socket.promise] as const),
      );
      return { processId, connections: new Map(arrived), exited: running.exited.promise };
    } catch (error) {
      for (const { socket } of awaited) void socket.promise.then((each) => each.destroy());
      throw error;
    } finally {
      for (const { token } of awaited) this.#awaited.delete(token);
    }
  }

  /** What it has started ends with it. */
  async close(): Promise<void> {
    const helper = await this.#helper?.catch(() => undefined);
    helper?.stdin.end();
    this.#server?.close();
  }

  async #open(): Promise<ChildProcessWithoutNullStreams> {
    // An abstract name leaves nothing behind. Whoever guesses it knows no token.
    const name = `lambkin-${process.pid}-${randomBytes(8).toString("hex")}`;
    const server = createServer((socket) => this.#admit(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(`\0${name}`, resolve);
    });
    server.unref();
    this.#server = server;
    const helper = startHelper(PROGRAM, [String(process.pid), name]);
    helper.stderr.resume();
    createInterface(helper.stdout).on("line", (line) => this.#hear(helper, line));
    const lose = (): void => this.#lose();
    helper.once("error", lose);
    helper.once("close", lose);
    return helper;
  }

  /** The first that comes on a connection says which it is. */
  #admit(socket: Socket): void {
    socket.on("error", () => {});
    socket.setTimeout(SANDBOX_LIMITS.tokenMsMax, () => socket.destroy());
    const look = (): void => {
      const token = socket.read(TOKEN_CHARACTERS) as Buffer | null;
      if (token === null) return;
      socket.off("readable", look);
      socket.setTimeout(0);
      const awaited = this.#awaited.get(token.toString("latin1"));
      if (awaited === undefined) socket.destroy();
      else awaited.resolve(socket);
    };
    socket.on("readable", look);
  }

  #hear(helper: ChildProcessWithoutNullStreams, line: string): void {
    const [what, key = "", number, signal] = line.split(" ");
    const running = this.#running.get(key);
    invariant(running, "a program that was not asked for");
    if (what === "started") {
      running.processId = Number(number);
      running.started.resolve(running.processId);
      return;
    }
    if (what === "connected") {
      running.connected.resolve();
      return;
    }
    this.#running.delete(key);
    const name = SIGNALS.get(Number(signal));
    running.exited.resolve({ code: name === undefined ? Number(number) : null, signal: name ?? null });
    // Without effect where it is.
    running.connected.reject(new Error(`a program could not be started: ${name ?? `exit ${number}`}`));
    // A helper that waits is no reason for this process to go on.
    if (this.#running.size === 0) holdProcess(helper, false);
  }

  /** Nobody tells of what it started any more; the next program gets a new one. */
  #lose(): void {
    this.#helper = undefined;
    this.#server?.close();
    for (const { processId, connected, exited } of this.#running.values()) {
      if (processId !== undefined) killGroup(processId);
      connected.reject(new Error("what starts programs has ended"));
      exited.resolve({ code: null, signal: "SIGKILL" });
    }
    this.#running.clear();
  }
}

/** In the words of `launcher.pl`. */
function stepsOf(request: LaunchRequest, tokens: Descriptors<string>): string[] {
  const pairs = (kind: string, of: Readonly<Record<string | number, unknown>> = {}): string[] =>
    Object.entries(of).map(([name, value]) => `${kind}:${name}=${value}`);
  const limits = Object.entries(request.limits ?? {}).map(
    ([name, value]) => `l:${RESOURCES[name as keyof typeof RESOURCES]}=${value}`,
  );
  return [
    ...(request.groups ?? []).map((file) => `j:${file}`),
    ...limits,
    ...pairs("d", tokens),
    ...pairs("g", request.given),
    ...pairs("f", request.files),
    ...pairs("c", request.copies),
    ...(request.namespaces ?? []).map((file) => `n:${file}`),
    `w:${request.folder}`,
    ...pairs("e", request.variables),
  ];
}

function killGroup(processId: number): void {
  try {
    process.kill(-processId, "SIGKILL");
  } catch {
    // Gone already.
  }
}
