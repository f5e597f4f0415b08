/** The near end of a shell: this terminal, or these pipes, and a program in a sandbox. */
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import { TUNNEL, TunnelReader, tunnelFrame } from "../kit/mod.ts";
import { CliError } from "./cli-error.ts";
import type { Connection } from "./connection.ts";
import { functionQuery, openTunnel } from "./tunnel.ts";

export interface InsideOptions {
  readonly name: string;
  /** Empty for a shell. */
  readonly command: readonly string[];
  readonly environment: string | undefined;
  readonly hasTerminal: boolean;
}

interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SIGNAL_STATUS = 128;

/** The program's exit status, as a shell tells it. Rejects with CliError. */
export async function runInside(connection: Connection, options: InsideOptions): Promise<number> {
  const { name, command, environment, hasTerminal } = options;
  const { columns, rows } = process.stdout;
  const socket = await openTunnel(connection.endpoint, "/_lambkin/shell", [
    ...functionQuery(connection, name),
    ["environment", environment],
    ...command.map((word): [string, string] => ["command", word]),
    ...(hasTerminal
      ? ([
          ["columns", String(columns || 80)],
          ["rows", String(rows || 24)],
          ["term", process.env["TERM"] || "xterm"],
        ] as const)
      : []),
  ]);
  const release = hasTerminal ? lendTerminal(socket) : lendPipes(socket);
  try {
    const { code, signal } = await ended(socket);
    return code ?? SIGNAL_STATUS + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    release();
    socket.destroy();
  }
}

/** Rejects with CliError when the tunnel breaks before the program has ended. */
function ended(socket: Duplex): Promise<ProgramEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
  const write = (stream: NodeJS.WriteStream, bytes: Buffer): void => {
    if (stream.write(bytes)) return;
    socket.pause();
    stream.once("drain", () => socket.resume());
  };
  const reader = new TunnelReader((kind, body) => {
    if (kind === TUNNEL.output) write(process.stdout, body);
    else if (kind === TUNNEL.errors) write(process.stderr, body);
    else if (kind === TUNNEL.end) resolve(JSON.parse(body.toString()) as ProgramEnd);
  });
  socket.on("data", (chunk: Buffer) => reader.push(chunk));
  socket.once("error", () => {});
  socket.once("close", () => reject(new CliError("The server has ended the connection.")));
  return promise;
}

/** Every key goes to the program; the size is told. Whatever ends us, the terminal is given back as it was. */
function lendTerminal(socket: Duplex): () => void {
  const { stdin, stdout } = process;
  const resize = (): void => {
    socket.write(tunnelFrame(TUNNEL.resize, { columns: stdout.columns, rows: stdout.rows }));
  };
  const giveBack = (): void => {
    stdin.setRawMode(false);
  };
  stdin.setRawMode(true);
  process.once("exit", giveBack);
  stdout.on("resize", resize);
  const stop = lendPipes(socket);
  return () => {
    stop();
    stdout.off("resize", resize);
    process.off("exit", giveBack);
    giveBack();
  };
}

function lendPipes(socket: Duplex): () => void {
  const { stdin } = process;
  const send = (bytes: Buffer): void => {
    if (socket.write(tunnelFrame(TUNNEL.input, bytes))) return;
    stdin.pause();
    socket.once("drain", () => stdin.resume());
  };
  const end = (): void => {
    socket.write(tunnelFrame(TUNNEL.input, Buffer.alloc(0)));
  };
  const leave = (): void => process.exit(SIGNAL_STATUS + constants.signals.SIGTERM);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, leave);
  stdin.on("data", send).once("end", end);
  return () => {
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.off(signal, leave);
    stdin.off("data", send).off("end", end).pause();
  };
}
