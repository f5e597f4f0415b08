/**
 * `POST /_lambkin/shell`: a program inside the sandbox of a living environment, at the end of a tunnel.
 *
 * The request has `Connection: Upgrade`, `Upgrade: lambkin-tunnel` and in its query
 * - `function` (name, or name:qualifier), and if need be `qualifier`, `account`, `region`;
 * - `environment`: the id of a certain environment; otherwise the one that worked last, or a new one;
 * - `columns` and `rows`: the program gets a terminal of this size, and `term`: what kind the user's own is; without them
 *   it has pipes;
 * - `command`, once for each word; without it a shell.
 *
 * Refusals are HTTP: 400, 403, 404, 409 (nothing can be entered; the message says why), 429. After `101` the frames of
 * `kit/tunnel-frames.ts` go both ways: input and resize to the program, output and errors from it, at last
 * `end` with `{ code, signal }`. The program is hung up when the tunnel breaks.
 */
import { existsSync } from "node:fs";
import type { Duplex } from "node:stream";
import { PRODUCT_LIMITS } from "../config/mod.ts";
import { Closed, type Entered, type EnterSpec, type Visit } from "../dataplane/mod.ts";
import { ApiError } from "../errors/mod.ts";
import type { TunnelHandler } from "../gateway/mod.ts";
import { TUNNEL, TunnelReader, tunnelFrame } from "../kit/mod.ts";
import type { FunctionVersion, Scope } from "../model/mod.ts";
import { type FindVersion, functionOf } from "./function-of-request.ts";

export interface ShellParts {
  readonly find: FindVersion;
  readonly visit: (
    scope: Scope,
    target: FunctionVersion,
    environmentId: string | undefined,
  ) => Promise<Visit>;
}

export function shell({ find, visit }: ShellParts): TunnelHandler {
  return async (request) => {
    const { scope, target } = await functionOf(request, find);
    const spec = specOf(request.query);
    const visiting = await orConflict(visit(scope, target, request.query.get("environment") ?? undefined));
    try {
      const entered = await orConflict(visiting.enter(spec));
      return (socket) => {
        carry(socket, entered);
        void entered.exited.then(visiting.leave);
      };
    } catch (error) {
      visiting.leave();
      throw error;
    }
  };
}

/** Throws InvalidParameterValueException. */
function specOf(query: URLSearchParams): EnterSpec {
  const command = query.getAll("command");
  const terminal =
    query.has("columns") || query.has("rows") ? sizeOf(query.get("columns"), query.get("rows")) : undefined;
  const term = query.get("term") ?? "dumb";
  if (!/^[\w.+-]{1,64}$/.test(term)) throw invalid("`term` is no name of a terminal.");
  if (command.some((word) => word.includes("\0"))) throw invalid("`command` has a NUL in it.");
  return {
    command: command.length > 0 ? command : [usualShell()],
    variables: terminal === undefined ? {} : { TERM: term },
    terminal,
  };
}

function sizeOf(columns: unknown, rows: unknown): NonNullable<EnterSpec["terminal"]> {
  const [width, height] = [Number(columns), Number(rows)];
  for (const each of [width, height]) {
    if (!Number.isInteger(each) || each < 1 || each > PRODUCT_LIMITS.terminalSideMax) {
      throw invalid(`\`columns\` and \`rows\` are to be 1 to ${PRODUCT_LIMITS.terminalSideMax}.`);
    }
  }
  return { columns: width, rows: height };
}

/** Guests see the machine's own programs. */
function usualShell(): string {
  return existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";
}

function invalid(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", message);
}

/** Says with 409 what cannot be. */
export async function orConflict<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Closed)
      throw new ApiError("ResourceConflictException", `It cannot be entered: ${error.message}.`);
    throw error;
  }
}

function carry(socket: Duplex, entered: Entered): void {
  const { input, output, errors, exited } = entered;
  const reader = new TunnelReader((kind, body) => {
    if (kind === TUNNEL.input && body.length === 0) input.end();
    else if (kind === TUNNEL.input && input.writable) {
      if (!input.write(body)) {
        socket.pause();
        input.once("drain", () => socket.resume());
      }
    } else if (kind === TUNNEL.resize) {
      const { columns, rows } = JSON.parse(body.toString()) as Record<string, unknown>;
      const size = sizeOf(columns, rows);
      entered.resize(size.columns, size.rows);
    }
  });
  // A program that no longer reads must not stop its own output.
  input.on("close", () => socket.resume());
  socket.on("data", (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch {
      socket.destroy();
    }
  });
  socket.once("close", () => entered.hangUp());
  if (socket.destroyed) entered.hangUp();
  const said = [send(socket, output, TUNNEL.output), send(socket, errors, TUNNEL.errors)];
  void exited.then(async (status) => {
    // What it left running in the background may keep its pipes open.
    await Promise.race([
      Promise.all(said),
      new Promise((resolve) => setTimeout(resolve, PRODUCT_LIMITS.lastOutputMsMax)),
    ]);
    if (socket.writable) socket.end(tunnelFrame(TUNNEL.end, status));
  });
}

/** Resolves when all of it is on its way. */
async function send(
  socket: Duplex,
  from: AsyncIterable<Buffer>,
  kind: typeof TUNNEL.output | typeof TUNNEL.errors,
): Promise<void> {
  try {
    for await (const chunk of from) {
      if (!socket.writable) return;
      if (!socket.write(tunnelFrame(kind, chunk))) {
        await new Promise((resolve) => {
          socket.once("drain", resolve);
          socket.once("close", resolve);
        });
      }
    }
  } catch {
    // The program has ended in the middle of a line.
  }
}
