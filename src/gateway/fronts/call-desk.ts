/** The server's side of a front's calls: runs what is asked for, and says what came of it. */
import { BrokenStream } from "../../errors/mod.ts";
import type { RequestContext } from "../../model/mod.ts";
import type { FrontDoorOptions } from "../front-door.ts";
import { SentItems } from "./item-streams.ts";
import {
  type DeskMessage,
  type FrontMessage,
  receivedContext,
  receivedRequest,
  sentFailure,
} from "./messages.ts";
import type { OpenTunnels } from "./open-tunnels.ts";
import { TunnelWire } from "./tunnel-wire.ts";

/** Of the messages of a front, those about a call. */
export type CallMessage = Exclude<
  FrontMessage,
  readonly ["listening" | "notListening" | "drained", ...unknown[]]
>;

type Operation = (input: unknown, context: RequestContext) => unknown;

export class CallDesk {
  readonly #options: FrontDoorOptions;
  readonly #operations: ReadonlyMap<string, Readonly<Record<string, Operation>>>;
  readonly #send: (message: DeskMessage) => void;
  /** Who wants to know that a client went away. */
  readonly #watchers = new Map<number, () => void>();
  readonly #streams = new Map<number, SentItems>();
  readonly #openTunnels: OpenTunnels;
  readonly #wires = new Map<number, TunnelWire>();
  readonly #carriers = new Map<number, (isGone: boolean) => void>();
  #hasEnded = false;

  constructor(options: FrontDoorOptions, openTunnels: OpenTunnels, send: (message: DeskMessage) => void) {
    this.#options = options;
    this.#openTunnels = openTunnels;
    this.#operations = new Map(
      options.services.map(({ name, operations }) => [
        name,
        operations as Readonly<Record<string, Operation>>,
      ]),
    );
    this.#send = send;
  }

  receive(message: CallMessage): void {
    const [kind, id] = message;
    switch (kind) {
      case "operation": {
        const [, , service, name, input, context] = message;
        const operation = this.#operations.get(service)?.[name];
        const whenGone = (listener: () => void): (() => void) => this.#watch(id, listener);
        void this.#answer(id, () => operation?.(input, receivedContext(context, whenGone)), context[0]);
        break;
      }
      case "host": {
        const [, , place, request, requestId] = message;
        const host = this.#options.virtualHosts[place];
        void this.#answer(id, () => host?.answer(receivedRequest(request), requestId), requestId);
        break;
      }
      case "product": {
        const [, , request, requestId] = message;
        void this.#answer(id, () => this.#options.product(receivedRequest(request), requestId), requestId);
        break;
      }
      case "tunnel":
        void this.#answer(id, () => this.#prepareTunnel(message), "-");
        break;
      case "echo":
        // Answers that are ready come out of this turn's microtasks.
        setImmediate(() => this.#send(["done", id, undefined, undefined]));
        break;
      case "opened":
        this.#carry(id, message[2]);
        break;
      case "gone":
        this.#watchers.get(id)?.();
        break;
      case "more":
        this.#streams.get(id)?.more();
        break;
      case "left":
        this.#streams.get(id)?.leave();
        break;
      default:
        this.#wires.get(id)?.receive(message);
    }
  }

  /** What the front should have got could not be copied: our own fault. */
  refused([kind, id]: DeskMessage, error: unknown): void {
    if (kind === "done" || kind === "failed") {
      this.#send(["failed", id, sentFailure(error)]);
      return;
    }
    this.#options.reportFault(error, "-");
    this.#streams.get(id)?.leave();
    this.#send(["over", id, true]);
  }

  /** The front is no more, and all its clients with it. */
  end(): void {
    this.#hasEnded = true;
    for (const listener of this.#watchers.values()) listener();
    for (const stream of this.#streams.values()) stream.leave();
    for (const id of [...this.#carriers.keys()]) this.#carry(id, true);
    for (const wire of this.#wires.values()) wire.destroy();
  }

  async #answer(id: number, work: () => unknown, requestId: string): Promise<void> {
    let output: unknown;
    try {
      output = await work();
    } catch (error) {
      this.#send(["failed", id, sentFailure(error)]);
      return;
    } finally {
      this.#watchers.delete(id);
    }
    const streamed = streamedMember(output);
    if (streamed === undefined) {
      this.#send(["done", id, output, undefined]);
      return;
    }
    const whole = output as Readonly<Record<string, unknown>>;
    this.#send(["done", id, { ...whole, [streamed]: undefined }, streamed]);
    await this.#stream(id, whole[streamed] as AsyncIterable<unknown>, requestId);
  }

  async #stream(id: number, items: AsyncIterable<unknown>, requestId: string): Promise<void> {
    const stream = new SentItems(items, (item) => this.#send(["item", id, item]));
    this.#streams.set(id, stream);
    if (this.#hasEnded) stream.leave();
    try {
      await stream.run();
      this.#send(["over", id, false]);
    } catch (error) {
      if (!(error instanceof BrokenStream) && !stream.hasLeft) this.#options.reportFault(error, requestId);
      this.#send(["over", id, true]);
    } finally {
      this.#streams.delete(id);
    }
  }

  #watch(id: number, listener: () => void): () => void {
    if (this.#hasEnded) queueMicrotask(listener);
    this.#watchers.set(id, listener);
    this.#send(["watch", id]);
    return () => this.#watchers.delete(id);
  }

  #carry(id: number, isGone: boolean): void {
    const carry = this.#carriers.get(id);
    this.#carriers.delete(id);
    carry?.(isGone);
  }

  async #prepareTunnel([, id, key, request]: Extract<
    CallMessage,
    readonly ["tunnel", ...unknown[]]
  >): Promise<void> {
    const leave = this.#openTunnels.enter();
    try {
      const carry = await this.#options.tunnels?.[key]?.(receivedRequest(request));
      this.#carriers.set(id, (isGone) => {
        const wire = new TunnelWire(id, this.#send);
        this.#wires.set(id, wire);
        wire.once("close", () => {
          this.#wires.delete(id);
          leave();
        });
        // Whoever prepared something learns that nobody came.
        if (isGone) wire.destroy();
        carry?.(wire);
      });
      if (this.#hasEnded) this.#carry(id, true);
    } catch (error) {
      leave();
      throw error;
    }
  }
}

/** The member of an output that is a stream of items; there is never more than one. */
function streamedMember(output: unknown): string | undefined {
  if (typeof output !== "object" || output === null) return undefined;
  for (const name in output) {
    const value = (output as Readonly<Record<string, unknown>>)[name];
    if (typeof value === "object" && value !== null && Symbol.asyncIterator in value) return name;
  }
  return undefined;
}
