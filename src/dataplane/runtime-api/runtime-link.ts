/** The conversation between an environment and the runtime in it, whichever wire carries it. */

/** What a runtime is told of one invocation. */
export interface DeliveredInvocation {
  readonly requestId: string;
  /** Epoch milliseconds at which the function's time is up. */
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
  readonly traceId: string | undefined;
  /** Raw JSON. */
  readonly clientContext: string | undefined;
  /** JSON text. */
  readonly payload: Buffer;
}

/** What a runtime tells; at most one reply a delivered invocation gets through. */
export interface RuntimeListener {
  /** Its initialisation is over and it asks for its first invocation. */
  onReady(): void;
  /** It is initialised, and waits to be copied: its JSON about that. Only of managed runtimes. */
  onSnapshot(report: Buffer): void;
  /** Which modules it has loaded: a JSON list. Only of managed runtimes, which may say so unasked or again. */
  onLoaded(modules: Buffer): void;
  /** It asks for the next one: what it was doing for the last one is over. Only of links that `asksForWork`. */
  onIdle(): void;
  /** It got the invocation that was delivered. */
  onTaken(): void;
  onResponse(requestId: string, payload: Buffer): void;
  /** A response that comes in pieces: begin, any number of chunks, then an end or an error. */
  onResponseBegin(requestId: string, contentType: string): void;
  /** False: no further chunk, please, before the link was told to `resume`. */
  onResponseChunk(requestId: string, chunk: Buffer): boolean;
  onResponseEnd(requestId: string): void;
  /** `isFatal`: the runtime ends itself now and must not be given anything further. */
  onError(requestId: string, errorType: string, payload: Buffer, isFatal: boolean): void;
  onInitError(errorType: string, payload: Buffer): void;
  /** It answered with more than a response may hold; the bytes were thrown away. */
  onOversizedResponse(requestId: string): void;
}

export interface RuntimeLink {
  /** Whether a runtime that has replied may still be busy, and says when it is not. */
  readonly asksForWork: boolean;
  /** Hands over one invocation; the runtime gets it when it asks next. */
  deliver(invocation: DeliveredInvocation): void;
  /** There is room for further chunks of a response. */
  resume(): void;
  close(): void;
}

/**
 * The error type in the platform's own lines: what does not look like one becomes `Function.Unknown` or
 * `Runtime.Unknown`; the payload keeps what the runtime said. Source: AWS's runtime interface emulator.
 */
export function reportedErrorType(given: string): string {
  if (/^(Runtime|Function)\.[A-Z][a-zA-Z]+$/.test(given)) return given;
  return given.startsWith("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}

/** Of a streamed response whose runtime names none. Source: AWS's Node.js runtime interface client. */
export const STREAMED_CONTENT_TYPE = "application/octet-stream";

/** Of a response in one piece, where somebody wanted a stream. */
export const WHOLE_CONTENT_TYPE = "application/json";
