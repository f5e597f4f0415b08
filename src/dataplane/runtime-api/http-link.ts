/**
 * RuntimeLink over the Lambda Runtime API (HTTP, version 2018-06-01): how custom runtimes talk. What a runtime may do
 * depends on its state:
 *
 * | state        | allowed                                                               |
 * |--------------|-----------------------------------------------------------------------|
 * | Started      | next → Ready; restore/next → Restoring; init/error → InitError        |
 * | Restoring    | next → Ready; restore/error, init/error → RestoreError                |
 * | Ready        | next (the same wait); an invocation comes → Running                   |
 * | Running      | next (the same invocation again); response, error → ResponseSent      |
 * | ResponseSent | next → Ready                                                          |
 *
 * Source of routes, states, headers, statuses and error bodies: AWS's runtime interface emulator.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { type Deferred, deferred } from "../../kit/mod.ts";
import type { ApiHandler } from "./api-listener.ts";
import { accept, headerOf, readBody, refuse } from "./http-answer.ts";
import {
  type DeliveredInvocation,
  type RuntimeLink,
  type RuntimeListener,
  reportedErrorType,
  STREAMED_CONTENT_TYPE,
} from "./runtime-link.ts";

const ROUTE =
  /^\/2018-06-01\/(?:ping|runtime\/(?:invocation\/(?:next|([^/]+)\/(?:response|error))|init\/error|restore\/(?:next|error)))\/?$/;

type RuntimeState =
  | "Started"
  | "InitError"
  | "Restoring"
  | "RestoreError"
  | "Ready"
  | "Running"
  | "InvocationResponse"
  | "InvocationErrorResponse"
  | "RuntimeResponseSentState";

/** Only one runtime is meant to call it. */
export function httpLink(listener: RuntimeListener): RuntimeLink & { readonly handle: ApiHandler } {
  const session = new RuntimeSession(listener);
  return {
    asksForWork: true,
    handle: (request, response, path) => session.handle(request, response, path),
    deliver: (invocation) => session.deliver(invocation),
    resume: () => session.resume(),
    close: () => session.resume(),
  };
}

/** Which invocation waits, which one is out, and who polls. */
class RuntimeSession {
  readonly #listener: RuntimeListener;
  #state: RuntimeState = "Started";
  #waiting: DeliveredInvocation | undefined;
  /** The one that was handed out last. */
  #running: DeliveredInvocation | undefined;
  #poll: ServerResponse | undefined;
  /** Resolves when a streamed response may go on. */
  #room: Deferred<void> | undefined;

  constructor(listener: RuntimeListener) {
    this.#listener = listener;
  }

  deliver(invocation: DeliveredInvocation): void {
    this.#waiting = invocation;
    this.#answerPoll();
  }

  resume(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const route = ROUTE.exec(path);
    if (route === null) return false;
    const [name] = path.replace(/\/$/, "").split("/").slice(-1);
    const requestId = route[1];
    if (path.startsWith("/2018-06-01/ping")) {
      response.end("pong");
    } else if (requestId !== undefined) {
      void this.#reply(request, response, requestId, name === "error");
    } else if (path.includes("/init/")) {
      void this.#initError(request, response);
    } else if (path.includes("/restore/")) {
      if (name === "next") this.#restored(response);
      else void this.#restoreError(request, response);
    } else {
      this.#next(response);
    }
    return true;
  }

  #next(response: ServerResponse): void {
    const before = this.#state;
    if (before === "Running" && this.#running !== undefined) {
      // What it got was perhaps lost on the way.
      give(response, this.#running);
      return;
    }
    if (!["Started", "Restoring", "Ready", "RuntimeResponseSentState"].includes(before)) {
      this.#forbid(response, "Ready");
      return;
    }
    this.#poll?.destroy();
    this.#poll = response;
    response.once("close", () => {
      if (this.#poll === response) this.#poll = undefined;
    });
    this.#state = "Ready";
    if (before === "RuntimeResponseSentState") this.#listener.onIdle();
    else if (before !== "Ready") this.#listener.onReady();
    this.#answerPoll();
  }

  #answerPoll(): void {
    const invocation = this.#waiting;
    const poll = this.#poll;
    if (invocation === undefined || poll === undefined) return;
    this.#waiting = undefined;
    this.#poll = undefined;
    this.#running = invocation;
    this.#state = "Running";
    give(poll, invocation);
    this.#listener.onTaken();
  }

  async #reply(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    isError: boolean,
  ): Promise<void> {
    const mode = request.headers["lambda-runtime-function-response-mode"];
    const begun = isError ? "InvocationErrorResponse" : "InvocationResponse";
    if (requestId !== this.#running?.requestId) {
      request.resume();
      refuse(response, 400, "InvalidRequestID", "Invalid request ID");
      return;
    }
    if (this.#state !== "Running") {
      request.resume();
      this.#forbid(response, begun);
      return;
    }
    this.#state = begun;
    if (!isError && mode === "streaming") return this.#stream(request, response, requestId);
    const body = await readBody(request, LAMBDA_LIMITS.responsePayloadBytesMax);
    if (body === "aborted") {
      // Cut short: it may try again.
      this.#state = "Running";
      refuse(response, 400, "TruncatedHTTPRequest", "HTTP request detected as truncated");
      return;
    }
    this.#state = "RuntimeResponseSentState";
    if (!isError && mode !== undefined) {
      refuse(response, 400, "InvalidFunctionResponseMode", "Invalid function response mode");
      const errorType = "Runtime.InvalidResponseModeHeader";
      this.#listener.onError(requestId, errorType, Buffer.from(JSON.stringify({ errorType })), false);
      return;
    }
    if (body === "tooLarge") {
      const max = LAMBDA_LIMITS.responsePayloadBytesMax;
      const text = `Exceeded maximum allowed payload size (${max} bytes).`;
      refuse(response, 413, "RequestEntityTooLarge", text);
      this.#listener.onOversizedResponse(requestId);
      return;
    }
    accept(response);
    if (isError) this.#listener.onError(requestId, errorTypeOf(request), body, false);
    else this.#listener.onResponse(requestId, body);
  }

  /** Chunks go on as they come; a failure on the way is told in the trailers. */
  async #stream(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    this.#listener.onResponseBegin(requestId, request.headers["content-type"] ?? STREAMED_CONTENT_TYPE);
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        if (this.#listener.onResponseChunk(requestId, chunk)) continue;
        this.#room = deferred();
        await this.#room.promise;
      }
    } catch {
      // Cut short: the runtime's exit, or the function's timeout, will say what became of it.
      return;
    }
    accept(response);
    this.#state = "RuntimeResponseSentState";
    const errorType = request.trailers["lambda-runtime-function-error-type"];
    if (errorType === undefined) {
      this.#listener.onResponseEnd(requestId);
      return;
    }
    const document = Buffer.from(request.trailers["lambda-runtime-function-error-body"] ?? "", "base64");
    this.#listener.onError(requestId, reportedErrorType(errorType), document, false);
  }

  async #initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Older runtimes report failed restore hooks here.
    if (this.#state === "Restoring") return this.#restoreError(request, response);
    if (this.#state !== "Started") {
      request.resume();
      this.#forbid(response, "InitError");
      return;
    }
    this.#state = "InitError";
    await this.#failInit(request, response);
  }

  /** Nothing was put aside in between: what waits for a restore goes on at once. */
  #restored(response: ServerResponse): void {
    if (this.#state !== "Started") {
      this.#forbid(response, "Ready");
      return;
    }
    this.#state = "Restoring";
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end();
  }

  async #restoreError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#state !== "Restoring") {
      request.resume();
      this.#forbid(response, "RestoreError");
      return;
    }
    this.#state = "RestoreError";
    await this.#failInit(request, response);
  }

  async #failInit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, LAMBDA_LIMITS.responsePayloadBytesMax);
    accept(response);
    this.#listener.onInitError(errorTypeOf(request), Buffer.isBuffer(body) ? body : Buffer.from("{}"));
  }

  #forbid(response: ServerResponse, wanted: RuntimeState): void {
    const text = `State transition from ${this.#state} to ${wanted} failed for runtime. Error: State transition is not allowed`;
    refuse(response, 403, "InvalidStateTransition", text);
  }
}

function give(poll: ServerResponse, invocation: DeliveredInvocation): void {
  poll.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": invocation.payload.length,
    "Lambda-Runtime-Aws-Request-Id": invocation.requestId,
    "Lambda-Runtime-Deadline-Ms": invocation.deadlineMs,
    "Lambda-Runtime-Invoked-Function-Arn": invocation.invokedFunctionArn,
    ...(invocation.traceId === undefined ? {} : { "Lambda-Runtime-Trace-Id": invocation.traceId }),
    ...(invocation.clientContext === undefined
      ? {}
      : { "Lambda-Runtime-Client-Context": asHeader(invocation.clientContext) }),
  });
  poll.end(invocation.payload);
}

/** Header values are Latin-1 on the wire; JSON can say the rest with escapes. */
function asHeader(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function errorTypeOf(request: IncomingMessage): string {
  return reportedErrorType(headerOf(request, "lambda-runtime-function-error-type"));
}
