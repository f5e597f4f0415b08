/** The near end of a debugging session: its news for people or programs, and a port for their debugger. */
import path from "node:path";
import type { Duplex } from "node:stream";
import { TUNNEL, TunnelReader } from "../kit/mod.ts";
import { CliError } from "./cli-error.ts";
import type { Connection } from "./connection.ts";
import { type ForwardedPort, forwardPort } from "./forward-port.ts";
import { onInterrupt } from "./interrupt.ts";
import { paint, print, say } from "./output.ts";
import { functionQuery, openTunnel } from "./tunnel.ts";

export interface DebugFunctionOptions {
  readonly name: string;
  /** Undefined: what editors expect. */
  readonly port: number | undefined;
  readonly waits: boolean;
  /** Of the code here. */
  readonly root: string;
  readonly isJson: boolean;
}

/** As `product/debug.ts` tells it. */
interface News {
  readonly state: "started" | "ready" | "initFailed";
  readonly session: string;
  readonly language: "nodejs" | "python";
  readonly environment: string;
  readonly codeFolder: string;
}

const USUAL_PORTS = { nodejs: 9229, python: 5678 } as const;

/** Resolves when whoever started it has had enough. Rejects with CliError. */
export async function debugFunction(connection: Connection, options: DebugFunctionOptions): Promise<void> {
  const signal = onInterrupt();
  const socket = await openTunnel(connection.endpoint, "/_lambkin/debug", [
    ...functionQuery(connection, options.name),
    ["break", options.waits ? "1" : undefined],
  ]);
  let port: ForwardedPort | undefined;
  try {
    for await (const news of newsOf(socket, signal)) {
      if (news.state !== "started") report(news, options);
      else if (port === undefined) {
        port = await open(connection, news, options.port ?? USUAL_PORTS[news.language]);
        explain(news, port.port, options);
      } else if (!options.isJson) say("The function has changed: attach once more.");
    }
  } finally {
    port?.close();
    socket.destroy();
  }
}

/** Ends without a word when `signal` aborts. Throws CliError when the session ends otherwise. */
async function* newsOf(socket: Duplex, signal: AbortSignal): AsyncGenerator<News> {
  const waiting: News[] = [];
  let reason: string | undefined;
  const reader = new TunnelReader((kind, body) => {
    if (kind === TUNNEL.news) waiting.push(JSON.parse(body.toString()) as News);
    if (kind === TUNNEL.end) ({ reason } = JSON.parse(body.toString()) as { reason: string });
  });
  signal.addEventListener("abort", () => socket.destroy());
  socket.on("error", () => {});
  try {
    for await (const chunk of socket) {
      reader.push(chunk as Buffer);
      yield* waiting.splice(0);
    }
  } catch {
    // Said below.
  }
  if (!signal.aborted) throw new CliError(`The session has ended: ${reason ?? "the server went away"}.`);
}

async function open(connection: Connection, { session }: News, port: number): Promise<ForwardedPort> {
  const connect = () => openTunnel(connection.endpoint, "/_lambkin/debug/connection", [["session", session]]);
  try {
    return await forwardPort(port, connect, (error) => say(error.message));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new CliError(`Port ${port} is taken on this machine; --port names another one (0: any).`);
  }
}

function explain(news: News, port: number, { name, root, isJson, waits }: DebugFunctionOptions): void {
  if (isJson) {
    print(JSON.stringify({ ...news, port }));
    return;
  }
  const isNode = news.language === "nodejs";
  say(
    `${paint("bold", name, process.stderr)} has a debugger at 127.0.0.1:${port}. No timeout runs while this does.`,
  );
  if (isNode) say(`Chrome: open chrome://inspect, Configure…, 127.0.0.1:${port}.`);
  say("VS Code: in .vscode/launch.json,");
  print(JSON.stringify(launchOf(news, name, port, path.resolve(root)), undefined, 2));
  if (waits) say("Nothing of the function is loaded until a debugger is there.");
  say("Then call it, with a client that waits (aws: --cli-read-timeout 0). Ctrl-C ends the session.");
}

/** One configuration of a launch.json. */
function launchOf(news: News, name: string, port: number, localRoot: string): object {
  const { language, codeFolder } = news;
  const shared = { name: `lambkin: ${name}`, request: "attach" };
  if (language === "nodejs") {
    return {
      ...shared,
      type: "node",
      address: "127.0.0.1",
      port,
      localRoot,
      remoteRoot: codeFolder,
      restart: true,
      skipFiles: ["<node_internals>/**", "/var/runtime/**"],
    };
  }
  return {
    ...shared,
    type: "debugpy",
    connect: { host: "127.0.0.1", port },
    pathMappings: [{ localRoot, remoteRoot: codeFolder }],
  };
}

function report(news: News, { isJson, name }: DebugFunctionOptions): void {
  if (isJson) print(JSON.stringify(news));
  else if (news.state === "ready") say("The function is ready for calls.");
  else say(`The function's init failed; \`lambkin logs ${name}\` says why. The next call tries again.`);
}
