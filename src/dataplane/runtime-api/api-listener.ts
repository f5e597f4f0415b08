/** A loopback port that belongs to one environment; whichever life of its processes is on serves it. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export class ApiListener {
  readonly #server: Server;
  #handler: RequestListener | undefined;

  private constructor() {
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      if (this.#handler === undefined) response.destroy();
      else this.#handler(request, response);
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

  serve(handler: RequestListener): void {
    this.#handler = handler;
  }

  /** Ends every conversation; the port stays for the next life. */
  hangUp(): void {
    this.#handler = undefined;
    this.#server.closeAllConnections();
  }

  close(): void {
    this.hangUp();
    this.#server.close();
  }
}
