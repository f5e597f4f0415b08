/**
 * Threads that speak HTTP for the server's thread: each listens on the same port, and the system spreads connections over them. They
 * parse, check and write; what an operation does, and with it every count and every environment, stays on the server's thread.
 */
import { createServer } from "node:net";
import { FRONT_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { FrontDoorOptions } from "../front-door.ts";
import type { HttpServer } from "../http-server.ts";
import { type Address, FrontThread } from "./front-thread.ts";
import type { ListenPlan } from "./messages.ts";
import { OpenTunnels } from "./open-tunnels.ts";

export interface FrontsOptions {
  readonly count: number;
  /** Of the thread; it calls `serveFront`. */
  readonly module: URL;
  /** Given to the thread. */
  readonly workerData?: unknown;
  readonly frontDoor: FrontDoorOptions;
  readonly clock: Clock;
}

export class Fronts implements HttpServer {
  readonly #options: FrontsOptions;
  readonly #openTunnels = new OpenTunnels();
  readonly #threads = new Set<FrontThread>();
  readonly #restarts = new Set<Timer>();
  #address: Address;
  /** From when all listen until it is to end. */
  #isOpen = false;

  private constructor(options: FrontsOptions, address: Address) {
    this.#options = options;
    this.#address = address;
  }

  /** Rejects when the address cannot be bound. Port 0 lets the system choose. */
  static async listen(options: FrontsOptions, host: string, port: number): Promise<Fronts> {
    const fronts = new Fronts(options, port === 0 ? { host, port } : await freeAddress(host, port));
    try {
      // The first one finds the port that the others share.
      fronts.#address = await fronts.#start();
      const others = Array.from({ length: options.count - 1 }, () => fronts.#start());
      await Promise.all(others);
      fronts.#isOpen = true;
    } catch (error) {
      await fronts.#end();
      throw error;
    }
    return fronts;
  }

  get host(): string {
    return this.#address.host;
  }

  get port(): number {
    return this.#address.port;
  }

  closeTunnels(): void {
    for (const thread of this.#threads) thread.closeTunnels();
  }

  async drain(): Promise<void> {
    this.#stopRestarts();
    await Promise.all([...this.#threads].map((thread) => thread.drain()));
  }

  #start(): Promise<Address> {
    const { module, workerData, frontDoor } = this.#options;
    const thread = new FrontThread({ module, workerData }, frontDoor, this.#openTunnels);
    this.#threads.add(thread);
    void thread.ended.then((failure) => {
      this.#threads.delete(thread);
      if (this.#isOpen) this.#replace(failure);
    });
    return thread.listen(planOf(frontDoor, this.#address)).catch(async (error: unknown) => {
      await thread.end();
      throw error;
    });
  }

  /** Its clients' connections are closed with it; the others' are not touched. */
  #replace(failure: Error | undefined): void {
    const { clock, frontDoor } = this.#options;
    frontDoor.reportFault(failure ?? new Error("a front ended"), "(front)");
    const timer = clock.after(FRONT_LIMITS.restartMs, () => {
      this.#restarts.delete(timer);
      this.#start().catch((error: unknown) => frontDoor.reportFault(error, "(front)"));
    });
    this.#restarts.add(timer);
  }

  #stopRestarts(): void {
    this.#isOpen = false;
    for (const timer of this.#restarts) timer.cancel();
  }

  async #end(): Promise<void> {
    this.#stopRestarts();
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }
}

function planOf(
  { services, virtualHosts, tunnels = {} }: FrontDoorOptions,
  { host, port }: Address,
): ListenPlan {
  return {
    host,
    port,
    operations: Object.fromEntries(
      services.map(({ name, operations }) => [name, Object.keys(operations)] as const),
    ),
    virtualHosts: virtualHosts.map(({ hosts, bodyBytesMax }) => ({ hosts, bodyBytesMax })),
    tunnels: Object.keys(tunnels),
  };
}

/** A port that is shared would be shared with another server, too, that shares its own: it must be nobody's first. */
async function freeAddress(host: string, port: number): Promise<Address> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen({ port, host }, resolve);
  });
  const { address } = probe.address() as { address: string };
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return { host: address, port };
}
