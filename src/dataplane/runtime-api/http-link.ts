/**
 * RuntimeLink over the Lambda Runtime API (HTTP, version 2018-06-01): how custom runtimes talk.
 * Source of routes, headers, statuses and error bodies: AWS's runtime interface emulator.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { type Deferred, deferred } from "../../kit/mod.ts";
import type { ApiListener } from "./api-listener.ts";
import {
  type DeliveredInvocation,
  type RuntimeLink,
  type RuntimeListener,
  reportedErrorType,
  STREAMED_CONTENT_TYPE,
} from "./runtime-link.ts";

const ROUTE =
  /^\/2018-06-01\/runtime\/(?:(invocation\/next|init\/error)|invocation\/([^/]+)\/(response|error))\/?$/;

/** Only one runtime is meant to call it. */
export function httpLink(listener: RuntimeListener, api: ApiListener): RuntimeLink {
  const session = new RuntimeSession(listener);
  api.serve((request, response) => void session.handle(request, response));
  return {
    deliver: (invocation) => session.deliver(invocation),
    resume: () => session.resume(),
    close: () => api.hangUp(),
  };
}

/** Which invocation waits, which one is out, and who polls. */
class RuntimeSession {
  readonly #listener: RuntimeListener;
  #isReady = false;
  #waiting: DeliveredInvocation | undefined;
  #outstandingId: string | undefined;
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

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const route = ROUTE.exec(path);
    const method = request.method;
    if (route?.[1] === "invocation/next" && method === "GET") return this.#next(response);
    if (route?.[1] === "init/error" && method === "POST") return this.#initError(request, response);
    if (route?.[2] !== undefined && method === "POST") {
      return this.#reply(request, response, route[2], route[3] === "error");
    }
    refuse(response, 404, "NotFound", `No such route: ${method} ${path.slice(0, 200)}`);
  }

  #next(response: ServerResponse): void {
    this.#poll?.destroy();
    this.#poll = response;
    response.once("close", () => {
      if (this.#poll === response) this.#poll = undefined;
    });
    if (!this.#isReady) {
      this.#isReady = true;
      this.#listener.onReady();
    }
    this.#answerPoll();
  }

  #answerPoll(): void {
    const invocation = this.#waiting;
    const poll = this.#poll;
    if (invocation === undefined || poll === undefined) return;
    this.#waiting = undefined;
    this.#poll = undefined;
    this.#outstandingId = invocation.requestId;
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
    this.#listener.onTaken();
  }

  async #reply(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    isError: boolean,
  ): Promise<void> {
    const mode = request.headers["lambda-runtime-function-response-mode"];
    if (!isError && mode === "streaming" && requestId === this.#outstandingId) {
      return this.#stream(request, response, requestId);
    }
    const body = await read(request);
    if (requestId !== this.#outstandingId) {
      refuse(response, 400, "InvalidRequestID", "Invalid request ID");
      return;
    }
    if (body === "aborted") {
      refuse(response, 400, "TruncatedHTTPRequest", "HTTP request detected as truncated");
      return;
    }
    if (!isError && mode !== undefined) {
      this.#outstandingId = undefined;
      refuse(response, 400, "InvalidFunctionResponseMode", "Invalid function response mode");
      const errorType = "Runtime.InvalidResponseModeHeader";
      this.#listener.onError(requestId, errorType, Buffer.from(JSON.stringify({ errorType })), false);
      return;
    }
    this.#outstandingId = undefined;
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
    this.#outstandingId = undefined;
    const errorType = request.trailers["lambda-runtime-function-error-type"];
    if (errorType === undefined) {
      this.#listener.onResponseEnd(requestId);
      return;
    }
    const document = Buffer.from(request.trailers["lambda-runtime-function-error-body"] ?? "", "base64");
    this.#listener.onError(requestId, reportedErrorType(errorType), document, false);
  }

  async #initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    if (this.#isReady) {
      const text =
        "State transition from Ready to InitError failed for runtime. Error: State transition is not allowed";
      refuse(response, 403, "InvalidStateTransition", text);
      return;
    }
    accept(response);
    this.#listener.onInitError(errorTypeOf(request), Buffer.isBuffer(body) ? body : Buffer.from("{}"));
  }
}

/** Header values are Latin-1 on the wire; JSON can say the rest with escapes. */
function asHeader(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function errorTypeOf(request: IncomingMessage): string {
  return reportedErrorType(String(request.headers["lambda-runtime-function-error-type"] ?? ""));
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { "Content-Type": "application/json" });
  response.end('{"status":"OK"}\n');
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ errorMessage, errorType }));
}

/** The whole body; what is beyond a response's bound is read and thrown away. */
async function read(request: IncomingMessage): Promise<Buffer | "tooLarge" | "aborted"> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= LAMBDA_LIMITS.responsePayloadBytesMax) chunks.push(chunk);
    }
  } catch {
    return "aborted";
  }
  return bytes > LAMBDA_LIMITS.responsePayloadBytesMax ? "tooLarge" : Buffer.concat(chunks, bytes);
}
