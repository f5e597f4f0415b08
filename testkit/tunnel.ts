/** Shells and debuggers as tests use them: through the tunnel of a running server. */
import type { Duplex } from "node:stream";
import { openTunnel } from "../src/cli/tunnel.ts";
import { TUNNEL, TunnelReader, tunnelFrame } from "../src/kit/mod.ts";
import { waitFor } from "./wait.ts";

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

function pairs(query: Query): [string, string | undefined][] {
  return Object.entries(query).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((each): [string, string] => [name, each as string])
      : [[name, value as string | undefined] as [string, string | undefined]],
  );
}

export interface ShellEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program inside a sandbox. */
export class TestShell {
  readonly #socket: Duplex;
  #output = "";
  #errors = "";
  /** Undefined where the tunnel ended without a word. */
  readonly ended: Promise<ShellEnd | undefined>;

  private constructor(socket: Duplex) {
    this.#socket = socket;
    let end: ShellEnd | undefined;
    const reader = new TunnelReader((kind, body) => {
      if (kind === TUNNEL.output) this.#output += body.toString();
      else if (kind === TUNNEL.errors) this.#errors += body.toString();
      else if (kind === TUNNEL.end) end = JSON.parse(body.toString()) as ShellEnd;
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => socket.once("close", () => resolve(end)));
  }

  static async open(url: string, query: Query): Promise<TestShell> {
    return new TestShell(await openTunnel(url, "/_lambkin/shell", pairs(query)));
  }

  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  type(text: string): void {
    this.#socket.write(tunnelFrame(TUNNEL.input, Buffer.from(text)));
  }

  endInput(): void {
    this.#socket.write(tunnelFrame(TUNNEL.input, Buffer.alloc(0)));
  }

  resize(columns: number, rows: number): void {
    this.#socket.write(tunnelFrame(TUNNEL.resize, { columns, rows }));
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    try {
      return await waitFor(String(pattern), () => pattern.exec(this.#output) ?? undefined);
    } catch (error) {
      throw new Error(`${(error as Error).message} in ${JSON.stringify(this.#output)}`);
    }
  }
}

/** Runs one command to its end. */
export async function runInside(
  url: string,
  functionName: string,
  command: readonly string[],
  input = "",
  query: Query = {},
): Promise<{ readonly code: number | null | undefined; readonly output: string; readonly errors: string }> {
  const shell = await TestShell.open(url, { function: functionName, command, ...query });
  shell.type(input);
  shell.endInput();
  const end = await shell.ended;
  return { code: end?.code, output: shell.output, errors: shell.errors };
}

export interface DebugNews {
  readonly state: "started" | "ready" | "initFailed";
  readonly session: string;
  readonly language: string;
  readonly environment: string;
  readonly codeFolder: string;
}

/** A debugging session. */
export class TestDebugger {
  readonly #url: string;
  readonly #socket: Duplex;
  readonly news: DebugNews[] = [];
  end: { readonly reason: string } | undefined;

  private constructor(url: string, socket: Duplex) {
    this.#url = url;
    this.#socket = socket;
    const reader = new TunnelReader((kind, body) => {
      if (kind === TUNNEL.news) this.news.push(JSON.parse(body.toString()) as DebugNews);
      if (kind === TUNNEL.end) this.end = JSON.parse(body.toString()) as { reason: string };
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    socket.on("error", () => {});
  }

  static async open(url: string, query: Query): Promise<TestDebugger> {
    const session = new TestDebugger(url, await openTunnel(url, "/_lambkin/debug", pairs(query)));
    await waitFor("the session's news", () => session.news[0]);
    return session;
  }

  /** So often has the function been initialised. */
  async ready(times = 1): Promise<void> {
    await waitFor("the function to be ready", () =>
      this.news.filter(({ state }) => state === "ready").length >= times ? true : undefined,
    );
  }

  connect(): Promise<Duplex> {
    const session = this.news[0]?.session;
    return openTunnel(this.#url, "/_lambkin/debug/connection", [["session", session]]);
  }

  close(): void {
    this.#socket.destroy();
  }
}
