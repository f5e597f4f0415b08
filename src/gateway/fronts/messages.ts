/**
 * What a front and the server's thread say to each other. Each message is a list: its kind, the number of the call that it is about
 * (the front counts them), and what belongs to it. Everything is copied on the way; buffers stay buffers.
 */
import { ApiError } from "../../errors/mod.ts";
import type { RequestContext } from "../../model/mod.ts";
import type { HttpRequest } from "../http-message.ts";

/** A request without what can be made again. */
export type SentRequest = Omit<HttpRequest, "query">;

/** In the order of `contextOf`. */
export type SentContext = readonly [
  requestId: string,
  accountId: string,
  region: string,
  accessKeyId: string | undefined,
  baseUrl: string,
  traceId: string | undefined,
];

export type SentFailure =
  | {
      readonly kind: "refusal";
      readonly code: string;
      readonly message: string;
      readonly members: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: "fault";
      readonly message: string;
      readonly stack: string | undefined;
      readonly code: unknown;
      readonly errcode: unknown;
    };

/** Of a connection that has stopped being HTTP; both sides say these. */
export type TunnelMessage =
  | readonly ["bytes", id: number, chunk: Buffer]
  /** So many bytes have been read: so many more may be on their way. */
  | readonly ["taken", id: number, bytes: number]
  | readonly ["end", id: number]
  | readonly ["close", id: number];

export type FrontMessage =
  | readonly ["operation", id: number, service: string, name: string, input: unknown, context: SentContext]
  /** For the virtual host of this place in the list. */
  | readonly ["host", id: number, place: number, request: SentRequest, requestId: string]
  | readonly ["product", id: number, request: SentRequest, requestId: string]
  | readonly ["tunnel", id: number, key: string, request: SentRequest]
  /** Done when all is on its way that was ready by then. */
  | readonly ["echo", id: number]
  /** The tunnel's connection is open; it may have been closed already. */
  | readonly ["opened", id: number, isGone: boolean]
  /** The client of a call that is watched went away. */
  | readonly ["gone", id: number]
  /** One item of a stream has been taken. */
  | readonly ["more", id: number]
  /** Nobody wants the rest of a stream. */
  | readonly ["left", id: number]
  | readonly ["listening", id: 0, host: string, port: number]
  | readonly ["notListening", id: 0, failure: SentFailure]
  | readonly ["drained", id: 0]
  | TunnelMessage;

export type DeskMessage =
  /** `streamed` names the output's member whose items follow, one message each. */
  | readonly ["done", id: number, output: unknown, streamed: string | undefined]
  | readonly ["failed", id: number, failure: SentFailure]
  /** Somebody wants to know when this call's client goes away. */
  | readonly ["watch", id: number]
  | readonly ["item", id: number, item: unknown]
  | readonly ["over", id: number, isBroken: boolean]
  | readonly ["listen", id: 0, plan: ListenPlan]
  | readonly ["closeTunnels", id: 0]
  | readonly ["drain", id: 0]
  | TunnelMessage;

/** What a front must know before it can take requests. */
export interface ListenPlan {
  readonly host: string;
  readonly port: number;
  /** Names of operations by service. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
  readonly virtualHosts: readonly { readonly hosts: RegExp; readonly bodyBytesMax: number }[];
  readonly tunnels: readonly string[];
}

export function sentRequest(request: HttpRequest): SentRequest {
  const { method, path, queryText, headers, body, remoteAddress } = request;
  return { method, path, queryText, headers, body, remoteAddress };
}

export function receivedRequest(request: SentRequest): HttpRequest {
  return { ...request, query: new URLSearchParams(request.queryText) };
}

export function sentContext(context: RequestContext): SentContext {
  const { requestId, accountId, region, accessKeyId, baseUrl, traceId } = context;
  return [requestId, accountId, region, accessKeyId, baseUrl, traceId];
}

export function receivedContext(
  [requestId, accountId, region, accessKeyId, baseUrl, traceId]: SentContext,
  whenGone: RequestContext["whenGone"],
): RequestContext {
  return { requestId, accountId, region, accessKeyId, baseUrl, traceId, whenGone };
}

/** What a failure needs to be recognised for what it is on the other side. */
export function sentFailure(error: unknown): SentFailure {
  if (error instanceof ApiError) {
    const { code, message, members } = error;
    return { kind: "refusal", code, message, members };
  }
  if (!(error instanceof Error)) {
    return { kind: "fault", message: String(error), stack: undefined, code: undefined, errcode: undefined };
  }
  const { message, stack, code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  return { kind: "fault", message, stack, code: plain(code), errcode: plain(errcode) };
}

export function receivedFailure(failure: SentFailure): Error {
  if (failure.kind === "refusal") return new ApiError(failure.code, failure.message, failure.members);
  const { message, stack, code, errcode } = failure;
  return Object.assign(new Error(message), {
    ...(stack !== undefined && { stack }),
    ...(code !== undefined && { code }),
    ...(errcode !== undefined && { errcode }),
  });
}

function plain(value: unknown): unknown {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}
