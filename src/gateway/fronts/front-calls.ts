/** A front's side of the calls: what a front door needs, with everything that is more than wire work asked of the server's thread. */
import type { Duplex } from "node:stream";
import { type Deferred, deferred } from "../../kit/mod.ts";
import type { OperationTable, RequestContext } from "../../model/mod.ts";
import type { ProductRoute, VirtualHost } from "../front-door.ts";
import type { HttpAnswer, HttpRequest } from "../http-message.ts";
import type { TunnelHandler, TunnelTable } from "../tunnels.ts";
import { ReceivedItems } from "./item-streams.ts";
import {
  type DeskMessage,
  type FrontMessage,
  type ListenPlan,
  receivedFailure,
  sentContext,
  sentRequest,
} from "./messages.ts";
import { TunnelWire } from "./tunnel-wire.ts";

interface Call extends Deferred<unknown> {
  readonly whenGone: RequestContext["whenGone"];
  /** Of a client that is watched. */
  stopWatching?: () => void;
}

/** Of the messages of the desk, those about a call. */
export type CallMessage = Exclude<DeskMessage, readonly ["listen" | "closeTunnels" | "drain", ...unknown[]]>;

/** What follows kind and number. */
type RestOf<Head extends string> =
  Extract<FrontMessage, readonly [Head, ...unknown[]]> extends readonly [string, number, ...infer Rest]
    ? Rest
    : never;

export class FrontCalls {
  readonly #send: (message: FrontMessage) => void;
  readonly #calls = new Map<number, Call>();
  readonly #streams = new Map<number, ReceivedItems>();
  readonly #wires = new Map<number, TunnelWire>();
  #lastId = 0;

  constructor(send: (message: FrontMessage) => void) {
    this.#send = send;
  }

  operations(service: string, { operations }: ListenPlan): OperationTable {
    const names = operations[service] ?? [];
    return Object.fromEntries(
      names.map((name) => [
        name,
        (input: unknown, context: RequestContext) =>
          this.#call("operation", [service, name, input, sentContext(context)], context.whenGone),
      ]),
    );
  }

  virtualHosts({ virtualHosts }: ListenPlan): VirtualHost[] {
    return virtualHosts.map(({ hosts, bodyBytesMax }, place) => ({
      hosts,
      bodyBytesMax,
      answer: (request, requestId) =>
        this.#call("host", [place, sentRequest(request), requestId]) as Promise<HttpAnswer>,
    }));
  }

  readonly product: ProductRoute = (request, requestId) =>
    this.#call("product", [sentRequest(request), requestId]) as Promise<HttpAnswer | undefined>;

  tunnels({ tunnels }: ListenPlan): TunnelTable {
    return Object.fromEntries(tunnels.map((key) => [key, this.#tunnel(key)]));
  }

  /** Resolves when answers have come to all calls that are answered at once. */
  readonly answeredAtOnce = async (): Promise<void> => {
    await this.#call("echo", []);
  };

  receive(message: CallMessage): void {
    const [kind, id] = message;
    switch (kind) {
      case "done":
        this.#settled(id)?.resolve(this.#outputOf(id, message[2], message[3]));
        break;
      case "failed":
        this.#settled(id)?.reject(receivedFailure(message[2]));
        break;
      case "watch":
        this.#watch(id);
        break;
      case "item":
        this.#streams.get(id)?.add(message[2]);
        break;
      case "over":
        this.#streams.get(id)?.over(message[2]);
        this.#streams.delete(id);
        break;
      default:
        this.#wires.get(id)?.receive(message);
    }
  }

  /** What the desk should have got could not be copied: our own fault, and the caller is told so. */
  refused(message: FrontMessage, error: unknown): void {
    this.#settled(message[1])?.reject(error);
  }

  #call<Kind extends "operation" | "host" | "product" | "tunnel" | "echo">(
    kind: Kind,
    rest: RestOf<Kind>,
    whenGone?: RequestContext["whenGone"],
    id = ++this.#lastId,
  ): Promise<unknown> {
    const call: Call = { ...deferred<unknown>(), whenGone };
    this.#calls.set(id, call);
    this.#send([kind, id, ...rest] as unknown as FrontMessage);
    return call.promise;
  }

  #settled(id: number): Call | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.stopWatching?.();
    return call;
  }

  #outputOf(id: number, output: unknown, streamed: string | undefined): unknown {
    if (streamed === undefined) return output;
    const items = new ReceivedItems({
      onTaken: () => this.#send(["more", id]),
      onLeft: () => {
        this.#streams.delete(id);
        this.#send(["left", id]);
      },
    });
    this.#streams.set(id, items);
    return { ...(output as object), [streamed]: items };
  }

  #watch(id: number): void {
    const call = this.#calls.get(id);
    const stopWatching = call?.whenGone?.(() => this.#send(["gone", id]));
    if (call !== undefined && stopWatching !== undefined) call.stopWatching = stopWatching;
  }

  #tunnel(key: string): TunnelHandler {
    return async (request: HttpRequest) => {
      const id = ++this.#lastId;
      await this.#call("tunnel", [key, sentRequest(request)], undefined, id);
      return (socket) => this.#carry(id, socket);
    };
  }

  #carry(id: number, socket: Duplex): void {
    this.#send(["opened", id, socket.destroyed]);
    if (socket.destroyed) return;
    const wire = new TunnelWire(id, this.#send);
    this.#wires.set(id, wire);
    wire.once("close", () => {
      this.#wires.delete(id);
      // What was said last is still on its way to the client.
      socket.end();
      closeWhenWritten(socket);
    });
    socket.once("close", () => wire.destroy());
    socket.pipe(wire);
    wire.pipe(socket);
  }
}

function closeWhenWritten(socket: Duplex): void {
  if (socket.writableFinished) socket.destroy();
  else socket.once("finish", () => socket.destroy());
}
