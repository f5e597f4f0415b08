/** One HTTP request from its head to its answer: which service, which operation, is it valid, what came out. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HTTP_LIMITS } from "../config/mod.ts";
import {
  ApiError,
  BrokenStream,
  diskTrouble,
  notImplemented,
  requestTooLarge,
  unknownOperation,
} from "../errors/mod.ts";
import type { RequestContext } from "../model/mod.ts";
import { inflated, readBody } from "./body.ts";
import { refuseForeignPages } from "./browser-guard.ts";
import { type HttpAnswer, type HttpRequest, header } from "./http-message.ts";
import { type Identity, identify, type ServiceHints, serviceOf } from "./identify.ts";
import { jsonRpc } from "./protocols/json-rpc.ts";
import type { Protocol, RoutedOperation } from "./protocols/protocol.ts";
import { formOf, query } from "./protocols/query.ts";
import { restJson } from "./protocols/rest-json.ts";
import { rpcV2Cbor, speaksCbor } from "./protocols/rpc-v2-cbor.ts";
import { type LoadedService, loadService, type ProtocolName, type ServiceDefinition } from "./service.ts";
import { refuse, Tunnels, type TunnelTable } from "./tunnels.ts";

/** A part of the product's own HTTP surface, outside AWS: `/_lambkin/...` and the console. */
export type ProductRoute = (request: HttpRequest, requestId: string) => Promise<HttpAnswer | undefined>;

/** Host names that lead somewhere else than to an AWS API. */
export interface VirtualHost {
  readonly hosts: RegExp;
  /** Largest body, bytes. */
  readonly bodyBytesMax: number;
  answer(request: HttpRequest, requestId: string): Promise<HttpAnswer>;
}

export interface FrontDoorOptions {
  readonly virtualHosts: readonly VirtualHost[];
  readonly services: readonly ServiceDefinition[];
  /** Asked for paths below `/_lambkin/` and for `/` as browsers ask; undefined means not found. */
  readonly product: ProductRoute;
  /** What becomes of connections that stop being HTTP. */
  readonly tunnels?: TunnelTable;
  /** Asked when the disk has failed. */
  readonly isDiskReadOnly?: () => boolean;
  /** Told of failures that are our own fault. */
  readonly reportFault: (error: unknown, requestId: string) => void;
}

const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = { "rest-json": restJson, json: jsonRpc, query };

const EMPTY = Buffer.alloc(0);
/** Nobody changes a request's. */
const NO_QUERY = new URLSearchParams();

/** What is known of a request so far; decides the form its error is written in. */
interface Progress {
  readonly requestId: string;
  protocol: Protocol;
  service: LoadedService | undefined;
}

export class FrontDoor {
  readonly #options: FrontDoorOptions;
  readonly #definitions: ReadonlyMap<string, ServiceDefinition>;
  readonly #loaded = new Map<string, Promise<LoadedService>>();
  readonly #hints: ServiceHints;
  readonly #tunnels: Tunnels;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
    this.#tunnels = new Tunnels(options.tunnels ?? {});
    this.#definitions = new Map(options.services.map((service) => [service.name, service]));
    this.#hints = {
      byTargetPrefix: hintMap(options.services, (service) => service.targetPrefix),
      byApiVersion: hintMap(options.services, (service) => service.apiVersion),
      byPath: options.services.flatMap(({ ownPaths, name }) => (ownPaths ? [[ownPaths, name]] : [])),
    };
  }

  /** Loads a service's schemas before somebody waits for them. */
  async warm(name: string): Promise<void> {
    await this.#load(name);
  }

  /** Whether the connection of this request is to become a tunnel. */
  isTunnel(incoming: IncomingMessage): boolean {
    const host = incoming.headers.host ?? "";
    return this.#tunnels.has(incoming) && !this.#options.virtualHosts.some(({ hosts }) => hosts.test(host));
  }

  /** The connection of a request that is one for a tunnel; never rejects. */
  async openTunnel(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // It ends as everything ends that is connected; there is nothing to be done about how.
    socket.on("error", () => {});
    const progress: Progress = { requestId: randomUUID(), protocol: restJson, service: undefined };
    try {
      const request = headOf(incoming);
      refuseForeignPages(request);
      await this.#tunnels.open(request, socket, head);
    } catch (error) {
      refuse(socket, this.#errorAnswer(error, progress));
    }
  }

  /** What was open as a tunnel ends, and nothing becomes one any more. */
  closeTunnels(): void {
    this.#tunnels.close();
  }

  /** Answers every request; never rejects. */
  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const head = headOf(incoming);
    const progress: Progress = { requestId, protocol: guessProtocol(head), service: undefined };
    let answer: HttpAnswer | undefined;
    try {
      answer = await this.#answer(head, incoming, progress);
    } catch (error) {
      answer = this.#errorAnswer(error, progress);
    }
    if (answer === undefined) return;
    try {
      // Only a streamed answer is waited for.
      const sending = send(response, answer, requestId);
      if (sending !== undefined) await sending;
    } catch (error) {
      // A header that HTTP cannot carry, a stream that broke: what was to be said cannot be, but the client must not wait.
      if (!isNobodysFault(error)) this.#options.reportFault(error, requestId);
      response.destroy();
      // Nobody reads on; whoever writes it is not to wait.
      if (answer.body instanceof Readable) answer.body.destroy();
    }
  }

  async #answer(
    head: HttpRequest,
    incoming: IncomingMessage,
    progress: Progress,
  ): Promise<HttpAnswer | undefined> {
    const { requestId } = progress;
    const host = header(head, "host") ?? "";
    const owner = this.#options.virtualHosts.find(({ hosts }) => hosts.test(host));
    if (owner !== undefined) {
      const whole = await wholeRequest(head, incoming, owner.bodyBytesMax);
      return whole && owner.answer(whole, requestId);
    }
    refuseForeignPages(head);
    if (!isProductPath(head)) return this.#answerAws(head, incoming, progress);
    const whole = await wholeRequest(head, incoming, HTTP_LIMITS.bodyBytesMax);
    if (whole === undefined) return undefined;
    const answer = await this.#options.product(whole, requestId);
    if (answer === undefined) throw unknownOperation(`${head.method} ${head.path.slice(0, 200)}`);
    return answer;
  }

  async #answerAws(
    head: HttpRequest,
    incoming: IncomingMessage,
    progress: Progress,
  ): Promise<HttpAnswer | undefined> {
    const identity = identify(head);
    let request = head;
    let serviceName = serviceOf(head, identity, this.#hints);
    let routed: RoutedOperation | undefined;
    if (serviceName !== undefined) {
      progress.service = await this.#load(serviceName);
      progress.protocol = protocolOf(progress.service.definition, head);
      // The query protocol names its operation in the body.
      if (progress.protocol !== query) routed = progress.protocol.route(head, progress.service);
    }
    const bytesMax = bodyBytesMax(routed);
    const read = await readBody(incoming, bytesMax);
    if (read.kind === "aborted") return undefined;
    if (read.kind === "tooLarge") throw bodyTooLarge(routed, bytesMax);
    const body = progress.service?.definition.takesGzip ? inflated(head, read.body, bytesMax) : read.body;
    request = { ...head, body };
    if (routed === undefined) {
      serviceName ??= serviceOf(head, identity, this.#hints, formOf(request));
      if (serviceName === undefined) throw unknownOperation(`${head.method} ${head.path.slice(0, 200)}`);
      progress.service ??= await this.#load(serviceName);
      progress.protocol = protocolOf(progress.service.definition, head);
      routed = progress.protocol.route(request, progress.service);
    }
    return this.#run(request, routed, progress, contextOf(request, identity, progress.requestId, incoming));
  }

  async #run(
    request: HttpRequest,
    routed: RoutedOperation,
    progress: Progress,
    context: RequestContext,
  ): Promise<HttpAnswer> {
    const { definition, constraints } = routed.service;
    const { name } = routed.operation;
    const operation = Object.hasOwn(definition.operations, name) ? definition.operations[name] : undefined;
    if (operation === undefined) throw notImplemented(definition.name, name);
    const input = progress.protocol.decode(request, routed);
    constraints.check(name, input);
    const output = await operation(input as never, context);
    return progress.protocol.encode((output ?? {}) as Record<string, unknown>, routed, progress.requestId);
  }

  #load(name: string): Promise<LoadedService> {
    const loaded = this.#loaded.get(name);
    if (loaded !== undefined) return loaded;
    const definition = this.#definitions.get(name);
    if (definition === undefined) {
      throw new ApiError(
        "UnknownOperationException",
        `Lambkin does not serve '${name.slice(0, 100)}'; it serves ${[...this.#definitions.keys()].join(", ")}.`,
      );
    }
    const loading = loadService(definition);
    this.#loaded.set(name, loading);
    return loading;
  }

  #errorAnswer(error: unknown, { protocol, service, requestId }: Progress): HttpAnswer {
    if (error instanceof ApiError) return protocol.encodeError(error, service, requestId);
    this.#options.reportFault(error, requestId);
    // No stack and no cause for clients: the request id is what ties their report to our log.
    const text =
      diskTrouble(error, this.#options.isDiskReadOnly) ?? "The service failed; its log has the request id.";
    const internal = new ApiError("InternalFailure", text);
    return protocol.encodeError(internal, undefined, requestId);
  }
}

/** Undefined when the client went away. Throws RequestEntityTooLargeException. */
async function wholeRequest(
  head: HttpRequest,
  incoming: IncomingMessage,
  bytesMax: number,
): Promise<HttpRequest | undefined> {
  const read = await readBody(incoming, bytesMax);
  if (read.kind === "aborted") return undefined;
  if (read.kind === "tooLarge") throw requestTooLarge(bytesMax, head.path.slice(0, 200));
  return { ...head, body: read.body };
}

function hintMap(
  services: readonly ServiceDefinition[],
  hint: (service: ServiceDefinition) => string | undefined,
): Map<string, string> {
  const map = new Map<string, string>();
  for (const service of services) {
    const key = hint(service);
    if (key !== undefined) map.set(key, service.name);
  }
  return map;
}

function headOf(incoming: IncomingMessage): HttpRequest {
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const queryText = mark < 0 ? "" : url.slice(mark + 1);
  return {
    method: incoming.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: queryText === "" ? NO_QUERY : new URLSearchParams(queryText),
    queryText,
    headers: incoming.headers,
    body: EMPTY,
    remoteAddress: incoming.socket.remoteAddress ?? "",
  };
}

/** Of a service with several, new clients are known by the header that only they send. */
function protocolOf(
  { protocol, speaksQueryToo, speaksCborToo }: ServiceDefinition,
  head: HttpRequest,
): Protocol {
  if (speaksCborToo && speaksCbor(head)) return rpcV2Cbor;
  if (speaksQueryToo && header(head, "x-amz-target") === undefined) return query;
  return PROTOCOLS[protocol];
}

/** Before the service is known, the request's own form tells what its sender can read. */
function guessProtocol(head: HttpRequest): Protocol {
  if (speaksCbor(head)) return rpcV2Cbor;
  if (header(head, "x-amz-target") !== undefined) return jsonRpc;
  const contentType = header(head, "content-type") ?? "";
  if (contentType.startsWith("application/x-amz-json")) return jsonRpc;
  if (contentType.startsWith("application/x-www-form-urlencoded")) return query;
  return restJson;
}

function isProductPath(head: HttpRequest): boolean {
  if (head.path.startsWith("/_lambkin/")) return true;
  return (
    head.method === "GET" && head.path === "/" && head.query.size === 0 && !("authorization" in head.headers)
  );
}

function bodyBytesMax(routed: RoutedOperation | undefined): number {
  const own = routed?.service.definition.bodyBytesMax?.[routed.operation.name];
  return own ?? HTTP_LIMITS.bodyBytesMax;
}

function bodyTooLarge(routed: RoutedOperation | undefined, bytesMax: number): ApiError {
  if (routed === undefined) return requestTooLarge(bytesMax, "requested");
  const { name } = routed.operation;
  return routed.service.definition.bodyTooLarge?.[name]?.(bytesMax) ?? requestTooLarge(bytesMax, name);
}

function contextOf(
  request: HttpRequest,
  identity: Identity,
  requestId: string,
  incoming: IncomingMessage,
): RequestContext {
  return {
    requestId,
    accountId: identity.accountId,
    region: identity.region,
    accessKeyId: identity.accessKeyId,
    baseUrl: `http://${header(request, "host") ?? "localhost"}`,
    traceId: header(request, "x-amzn-trace-id"),
    // After the body has been read the request itself is closed: the socket tells.
    whenGone(listener) {
      // It may have left before anybody listened.
      if (incoming.socket.destroyed) queueMicrotask(listener);
      else incoming.socket.once("close", listener);
      return () => incoming.socket.off("close", listener);
    },
  };
}

/** A streamed answer takes its time; every other is handed over at once. */
function send(response: ServerResponse, answer: HttpAnswer, requestId: string): Promise<void> | undefined {
  const { headers, body } = answer;
  headers["x-amzn-RequestId"] = requestId;
  if (isPieces(body)) {
    response.writeHead(answer.status, headers);
    response.flushHeaders();
    return sendPieces(response, body);
  }
  if (answer.status !== 204) headers["Content-Length"] = String(Buffer.byteLength(body));
  if (answer.status === 413) headers["Connection"] = "close";
  response.writeHead(answer.status, headers);
  response.end(body);
  return undefined;
}

/** Rejects as the pieces do: then all that came before is written, and nothing says that the answer is whole. */
async function sendPieces(response: ServerResponse, pieces: AsyncIterable<Buffer>): Promise<void> {
  try {
    // Left to itself, a pipeline whose source fails throws away what waits to be written.
    await pipeline(pieces, response, { end: false });
    response.end();
  } catch (error) {
    await written(response);
    throw error;
  }
}

/** Resolves when everything has been handed to the system, or can never be. */
function written({ destroyed, socket }: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (destroyed || socket === null) resolve();
    else socket.write("", () => resolve());
  });
}

function isPieces(body: HttpAnswer["body"]): body is AsyncIterable<Buffer> {
  return typeof body === "object" && !Buffer.isBuffer(body);
}

/** The client left, or what it was being sent ended before it was whole. */
function isNobodysFault(error: unknown): boolean {
  return (
    error instanceof BrokenStream || (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE"
  );
}
