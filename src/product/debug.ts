/**
 * `POST /_lambkin/debug`: an environment with a debugger, for as long as this tunnel is open.
 *
 * The request names the function as `/_lambkin/shell` does; `break=1` keeps the function from being loaded before a debugger
 * is there. After `101` the server sends `news` frames (`kit/tunnel-frames.ts`), for each environment of the session two:
 * `{ state: "started", session, language: "nodejs" | "python", environment, codeFolder }`, and when its init is over
 * `{ state: "ready", environment }` or, where the next call will try again, `{ state: "initFailed", environment }`. When the
 * function's code or settings change, the next environment has the new ones; `end` with `{ reason }` is the last frame.
 *
 * `POST /_lambkin/debug/connection?session=…`: one connection to the debugger itself, its bytes as they are.
 */
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Debugging, DebugSession, Entered } from "../dataplane/mod.ts";
import { ApiError } from "../errors/mod.ts";
import type { TunnelHandler } from "../gateway/mod.ts";
import { TUNNEL, tunnelFrame } from "../kit/mod.ts";
import type { FunctionVersion, Scope } from "../model/mod.ts";
import { type FindVersion, functionOf, type NamedFunction } from "./function-of-request.ts";
import { orConflict } from "./shell.ts";

export interface DebugParts {
  readonly find: FindVersion;
  /** How a version can be debugged. Rejects with Closed where it cannot. */
  readonly prepare: (target: FunctionVersion, waits: boolean) => Promise<Debugging>;
  readonly begin: (scope: Scope, target: FunctionVersion, debugging: Debugging) => DebugSession;
}

export class Debuggers {
  readonly #parts: DebugParts;
  readonly #sessions = new Map<string, DebugSession>();

  constructor(parts: DebugParts) {
    this.#parts = parts;
  }

  /** Of the session. */
  readonly open: TunnelHandler = async (request) => {
    const named = await functionOf(request, this.#parts.find);
    const waits = request.query.get("break") === "1";
    const { target } = named;
    const debugging = await orConflict(this.#parts.prepare(target, waits));
    const first = await orConflict(this.#begin(named.scope, target, debugging));
    return (socket) => void this.#serve(socket, named, waits, first);
  };

  /** Of one connection to the debugger. */
  readonly connect: TunnelHandler = async (request) => {
    const session = this.#sessions.get(request.query.get("session") ?? "");
    if (session === undefined) {
      throw new ApiError("ResourceNotFoundException", "There is no such debugging session.");
    }
    const relay = await orConflict(session.connect());
    return (socket) => join(socket, relay);
  };

  async #begin(scope: Scope, target: FunctionVersion, debugging: Debugging): Promise<DebugSession> {
    return this.#parts.begin(scope, target, debugging);
  }

  async #serve(socket: Duplex, named: NamedFunction, waits: boolean, first: DebugSession): Promise<void> {
    const id = randomBytes(16).toString("hex");
    const left = new Promise<"left">((resolve) => {
      socket.once("close", () => resolve("left"));
      if (socket.destroyed) resolve("left");
    });
    socket.resume();
    let session: DebugSession | undefined = first;
    let { target } = named;
    let reason = "the environment has ended";
    try {
      while (session !== undefined) {
        this.#sessions.set(id, session);
        const { language, environmentId: environment, codeFolder } = session;
        const tell = (news: object): void => {
          if (socket.writable) socket.write(tunnelFrame(TUNNEL.news, news));
        };
        tell({ state: "started", session: id, language, environment, codeFolder });
        void session.ready.then((isReady) => tell({ state: isReady ? "ready" : "initFailed", environment }));
        if ((await Promise.race([session.ended, left])) === "left") break;
        session.close();
        const next = await this.#parts.find(named.scope, named.name, named.qualifier);
        // Its processes may end and start again in it; an environment ends when its function has changed, or is gone.
        if (next === undefined || next.configurationId === target.configurationId) break;
        target = next;
        const debugging = await this.#parts.prepare(target, waits);
        session = socket.destroyed ? undefined : this.#parts.begin(named.scope, target, debugging);
      }
    } catch (error) {
      reason = (error as Error).message;
    }
    this.#sessions.delete(id);
    session?.close();
    if (socket.writable) socket.end(tunnelFrame(TUNNEL.end, { reason }));
  }
}

function join(socket: Duplex, { input, output, errors, exited, hangUp }: Entered): void {
  errors.resume();
  socket.pipe(input);
  output.pipe(socket);
  socket.once("close", hangUp);
  if (socket.destroyed) hangUp();
  void exited.then(() => socket.end());
}
