/** A loopback port that belongs to one environment; whichever life of its processes is on serves it. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { http } from "../../kit/mod.ts";
import { refuse } from "./http-answer.ts";

/** One of the APIs behind the port: true when the path is its own, and the answer its business. */
export type ApiHandler = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

export class ApiListener {
  readonly #server: Server;
  #handlers: readonly ApiHandler[] | undefined;

  private constructor() {
    this.#server = http.createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      this.#dispatch(request, response);
    });
  }

  static async open(): Promise<ApiListener> {
    const listener = new ApiListener();
    await new Promise<void>((resolve, reject) => {
      listener.#server.once("error", reject);
      listener.#server.listen(0, "127.0.0.1", resolve);
    });
    // It must not keep a stopping server alive.
    listener.#server.unref();
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  serve(handlers: readonly ApiHandler[]): void {
    this.#handlers = handlers;
  }

  /** Ends every conversation; the port stays for the next life. */
  hangUp(): void {
    this.#handlers = undefined;
    this.#server.closeAllConnections();
  }

  close(): void {
    this.hangUp();
    this.#server.close();
  }

  #dispatch(request: IncomingMessage, response: ServerResponse): void {
    if (this.#handlers === undefined) {
      response.destroy();
      return;
    }
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (this.#handlers.some((handle) => handle(request, response, path))) return;
    refuse(response, 404, "NotFound", `No such route: ${request.method} ${path.slice(0, 200)}`);
  }
}
