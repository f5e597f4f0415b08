/** One front as the server's thread has it: from its start until it is drained, or ends by itself. */
import type { Worker } from "node:worker_threads";
import { FRONT_LIMITS } from "../../config/mod.ts";
import { type Deferred, deferred, startThread } from "../../kit/mod.ts";
import type { FrontDoorOptions } from "../front-door.ts";
import { CallDesk } from "./call-desk.ts";
import type { FrontsOptions } from "./fronts.ts";
import { type DeskMessage, type FrontMessage, type ListenPlan, receivedFailure } from "./messages.ts";
import type { OpenTunnels } from "./open-tunnels.ts";
import { Outbox, unpacked } from "./outbox.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The thread's name, for whoever looks at the process. */
export const FRONT_THREAD = "front";

export class FrontThread {
  /** Resolves, with what ended it where that was an error, when the thread is gone. */
  readonly ended: Promise<Error | undefined>;
  readonly #worker: Worker;
  readonly #outbox: Outbox<DeskMessage>;
  readonly #desk: CallDesk;
  readonly #listening: Deferred<Address> = deferred();
  readonly #drained: Deferred<void> = deferred();

  constructor(
    { module, workerData }: Pick<FrontsOptions, "module" | "workerData">,
    options: FrontDoorOptions,
    openTunnels: OpenTunnels,
  ) {
    this.#worker = startThread(module, {
      name: FRONT_THREAD,
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: FRONT_LIMITS.youngMib },
    });
    this.#outbox = new Outbox(this.#worker, (message, error) => this.#desk.refused(message, error));
    this.#desk = new CallDesk(options, openTunnels, (message) => this.#outbox.send(message));
    this.#worker.on("message", (memory: ArrayBuffer) => {
      for (const message of unpacked<FrontMessage>(memory)) this.#receive(message);
    });
    let failure: Error | undefined;
    this.#worker.on("error", (error) => {
      failure = error as Error;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.#desk.end();
        this.#listening.reject(failure ?? new Error("a front ended before it listened"));
        this.#drained.resolve();
        resolve(failure);
      });
    });
    // Who does not wait for it learns of its end.
    this.#listening.promise.catch(() => {});
  }

  /** Rejects when the address cannot be bound. */
  listen(plan: ListenPlan): Promise<Address> {
    this.#outbox.send(["listen", 0, plan]);
    return this.#listening.promise;
  }

  closeTunnels(): void {
    this.#outbox.send(["closeTunnels", 0]);
  }

  /** Requests in flight end first. */
  async drain(): Promise<void> {
    this.#outbox.send(["drain", 0]);
    await this.#drained.promise;
    await this.end();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: FrontMessage): void {
    switch (message[0]) {
      case "listening":
        this.#listening.resolve({ host: message[2], port: message[3] });
        break;
      case "notListening":
        this.#listening.reject(receivedFailure(message[2]));
        break;
      case "drained":
        this.#drained.resolve();
        break;
      default:
        this.#desk.receive(message);
    }
  }
}
