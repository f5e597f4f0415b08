/** The words in which everybody asks the data plane to run a function, and in which it answers. */
import type { ThrottleReason } from "../errors/mod.ts";
import type { Scope } from "./arn.ts";
import type { FunctionVersion } from "./function.ts";

export interface Invocation {
  readonly scope: Scope;
  readonly target: FunctionVersion;
  /** As the caller named it: carries the caller's qualifier, or none. */
  readonly invokedArn: string;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: Buffer;
  /** Raw JSON, already out of its base64. */
  readonly clientContext: string | undefined;
  /** `X-Amzn-Trace-Id` for the function. */
  readonly traceId: string | undefined;
  readonly origin?: InvocationOrigin;
  /** Nobody waits for the outcome: it was accepted as an event. */
  readonly isAsync?: boolean;
  /** Whether the outcome should carry the end of the log. */
  readonly wantsLogTail: boolean;
  /** Takes the response while it is being written; the outcome's payload is then empty unless the function failed. */
  readonly sink?: ResponseSink;
  /** Told, before the function is started, that the outcome will not be `throttled`. */
  readonly onAdmitted?: () => void;
}

/** Where an invocation comes from, for whoever traces it. */
export interface InvocationOrigin {
  /** A word of OpenTelemetry's. */
  readonly trigger: "http" | "pubsub" | "other";
  /** Who called, as far as the caller's trace header tells: 16 hexadecimal digits. */
  readonly callerSpanId: string | undefined;
  /** Epoch milliseconds: since when it has waited in a queue of ours. */
  readonly dueAtMs?: number;
}

/** Where a response goes that its caller wants to read while the function is still writing. */
export interface ResponseSink {
  /** That it took so far. */
  readonly bytes: number;
  /** Once, before the first bytes; a function that fails before that never gets here. */
  begin(contentType: string): void;
  /** False asks the writer to wait until the listener of `onRoom` is called; what was given is taken all the same. */
  write(chunk: Buffer): boolean;
  onRoom(listener: () => void): void;
}

export type InvocationOutcome =
  | { readonly kind: "success"; readonly payload: Buffer; readonly logTail: Buffer | undefined }
  /** The function's own failure: a value, not an exception. `payload` is the error JSON. */
  | {
      readonly kind: "functionError";
      readonly payload: Buffer;
      readonly logTail: Buffer | undefined;
      /** The function never ran: its snapshot could not be restored, for an error in its hooks or for their time. */
      readonly failedRestore?: "error" | "timeout" | undefined;
    }
  | { readonly kind: "throttled"; readonly reason: ThrottleReason };

/** The one way to run a function, whoever asks. */
export interface Invoker {
  invoke(invocation: Invocation): Promise<InvocationOutcome>;
}
