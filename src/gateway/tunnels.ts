/**
 * Connections that stop being HTTP: after `101` a socket carries bytes both ways until one side has enough. Only for the
 * product's own paths, only for whoever asks for this protocol, and never many.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { HTTP_LIMITS } from "../config/mod.ts";
import { ApiError } from "../errors/mod.ts";
import type { HttpAnswer, HttpRequest } from "./http-message.ts";

/** Judges a request; the answer is what to do with the socket once it is open. Throws ApiError to refuse. */
export type TunnelHandler = (request: HttpRequest) => Promise<(socket: Duplex) => void>;

/** Keys are `POST /_lambkin/shell`. */
export type TunnelTable = Readonly<Record<string, TunnelHandler>>;

export const TUNNEL_PROTOCOL = "lambkin-tunnel";

export class Tunnels {
  readonly #table: TunnelTable;
  readonly #open = new Set<Duplex>();
  #isClosed = false;

  constructor(table: TunnelTable) {
    this.#table = table;
  }

  /** Whether it is for a tunnel; any other request with an Upgrade header is answered as if it had none. */
  has({ method, url, headers }: Pick<IncomingMessage, "method" | "url" | "headers">): boolean {
    if (headers.upgrade?.toLowerCase() !== TUNNEL_PROTOCOL) return false;
    return Object.hasOwn(this.#table, `${method} ${url?.split("?", 1)[0]}`);
  }

  /** Throws what the handler throws, AccessDeniedException and TooManyRequestsException. */
  async open(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    // Functions reach this server, too; whoever opens a tunnel sits at this machine.
    if (!LOOPBACK.test(request.remoteAddress)) {
      throw new ApiError("AccessDeniedException", "Tunnels are opened from this machine only.");
    }
    if (this.#isClosed || this.#open.size >= HTTP_LIMITS.tunnelsMax) throw tooManyTunnels();
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    // Half a tunnel is none: connections of an HTTP server would stay open in one direction.
    socket.once("end", () => socket.end());
    const handler = this.#table[`${request.method} ${request.path}`];
    const carry = await handler?.(request);
    if (socket.destroyed || this.#isClosed) {
      socket.destroy();
      // Whoever prepared something learns that nobody came.
      carry?.(socket);
      return;
    }
    if (head.length > 0) socket.unshift(head);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${TUNNEL_PROTOCOL}\r\n\r\n`,
    );
    carry?.(socket);
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of this.#open) socket.destroy();
  }
}

export function tooManyTunnels(): ApiError {
  const { tunnelsMax } = HTTP_LIMITS;
  return new ApiError(
    "TooManyRequestsException",
    `Lambkin keeps at most ${tunnelsMax} tunnels open at a time.`,
  );
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** The answer in HTTP of who gets no tunnel. */
export function refuse(socket: Duplex, { status, headers, body }: HttpAnswer): void {
  const text = Buffer.from(body as Buffer | string);
  const lines = Object.entries({ ...headers, "Content-Length": text.length, Connection: "close" });
  socket.write(
    `HTTP/1.1 ${status} Refused\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
  );
  socket.end(text);
}
