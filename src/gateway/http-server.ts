/** The listening socket: bounds on connections, answers to what is not even HTTP, and a graceful end. */
import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { HTTP_LIMITS } from "../config/mod.ts";
import { http } from "../kit/mod.ts";
import type { FrontDoor } from "./front-door.ts";

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets requests in flight end within `drainMsMax`, then closes what is left. */
  drain(): Promise<void>;
}

/** Of a server that shares its port with other threads, and has its answers from elsewhere. */
export interface FrontListening {
  /** Resolves when answers have come to all requests that are answered at once. */
  readonly answeredAtOnce: () => Promise<void>;
}

/** Rejects when the address cannot be bound. Port 0 lets the system choose. */
export async function listen(
  frontDoor: FrontDoor,
  host: string,
  port: number,
  front?: FrontListening,
): Promise<HttpServer> {
  const server = http.createServer(
    {
      maxHeaderSize: HTTP_LIMITS.headerBytesMax,
      requestTimeout: HTTP_LIMITS.requestReadMsMax,
      keepAliveTimeout: HTTP_LIMITS.keepAliveMs,
      noDelay: true,
      // Clients that offer HTTP/2 or a WebSocket in passing are answered in HTTP/1.1.
      shouldUpgradeCallback: (request) => frontDoor.isTunnel(request),
    },
    (request, response) => void frontDoor.handle(request, response),
  );
  server.on("upgrade", (request, socket, head) => void frontDoor.openTunnel(request, socket, head));
  server.on("clientError", refuseMalformed);
  if (front !== undefined) keepHalfOpen(server, front);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, reusePort: front !== undefined }, resolve);
  });
  const address = server.address() as AddressInfo;
  return { host: address.address, port: address.port, drain: () => drain(server) };
}

/**
 * Who ends its side behind its request has left, and still gets what is ready by then: without fronts because the end is read after
 * the answer was written. The switch is one that node:http has had since its first days, without a page of documentation.
 */
function keepHalfOpen(server: Server, { answeredAtOnce }: FrontListening): void {
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("connection", (socket) => {
    socket.once("end", () => void answeredAtOnce().finally(() => socket.end()));
  });
}

/** What the parser gives up on (broken HTTP, a body cut short, too large a head, too slow) gets AWS's form all the same. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, code] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "RequestEntityTooLargeException"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "RequestTimeoutException"]
        : ["400 Bad Request", "MalformedHttpRequestException"];
  const body = JSON.stringify({ message: "The request is not valid HTTP/1.1 or was cut short." });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      `x-amzn-RequestId: ${randomUUID()}\r\nx-amzn-ErrorType: ${code}\r\nConnection: close\r\n\r\n${body}`,
  );
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const giveUp = setTimeout(() => server.closeAllConnections(), HTTP_LIMITS.drainMsMax);
  // A kept-alive connection turns idle only after its last answer: look again until all are gone.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearTimeout(giveUp);
  clearInterval(sweep);
}
