/**
 * What happens to invocations and events, told to those who count, price and trace it. The data plane tells, `observe/`
 * listens; nobody who runs a function knows who does.
 */
import type { Scope } from "./arn.ts";
import type { FunctionVersion } from "./function.ts";
import type { InvocationOrigin } from "./invocation.ts";

/** The words are AWS's: `error` is the function's own failure, `failure` the end of its runtime. */
export type InvocationStatus = "success" | "failure" | "error" | "timeout";

interface OfFunction {
  readonly scope: Scope;
  readonly functionName: string;
}

/** An invocation has its unit of concurrency and an environment; the numbers count it already. */
export interface Admitted extends OfFunction {
  readonly kind: "admitted";
  readonly load: ConcurrencyLoad;
}

/** Invocations in flight at one moment. */
export interface ConcurrencyLoad {
  readonly ofFunction: number;
  readonly ofAccount: number;
  /** Of functions without a reservation. */
  readonly unreserved: number;
}

/** An invocation is over: what its REPORT line says, and what else is known of it. */
export interface Invoked extends OfFunction {
  readonly kind: "invoked";
  readonly target: FunctionVersion;
  /** As the caller named it: carries the caller's qualifier, or none. */
  readonly invokedArn: string;
  readonly requestId: string;
  /** `X-Amzn-Trace-Id` as the function got it. */
  readonly traceId: string | undefined;
  readonly origin?: InvocationOrigin | undefined;
  readonly environmentId: string;
  readonly status: InvocationStatus;
  readonly errorType: string | undefined;
  /** Of the function's own failure: the exception's name. */
  readonly exceptionType?: string | undefined;
  /** Epoch milliseconds, with fractions: when it was admitted, and when the runtime was given it. */
  readonly admittedAtMs: number;
  readonly startedAtMs: number;
  /** Milliseconds until the runtime was done, and until extensions were, too: the latter is what is billed. */
  readonly runtimeMs: number;
  readonly durationMs: number;
  /** Only where this invocation waited for a successful init, or for a snapshot to be restored. */
  readonly initDurationMs: number | undefined;
  readonly restoreDurationMs: number | undefined;
  readonly billedMs: number;
  readonly memoryMib: number;
  readonly peakMemoryBytes: number;
  /** `provisioned`: in an environment that was made ahead; `spillover`: there were such, and all were taken. */
  readonly concurrency: "onDemand" | "provisioned" | "spillover";
  /** Of those provisioned for this version, after this one was admitted; undefined where there are none. */
  readonly provisioned: { readonly inFlight: number; readonly amount: number } | undefined;
  readonly isAsync: boolean;
  readonly payloadBytes: number;
  /** Of a streamed response what was streamed. */
  readonly responseBytes: number;
}

export interface Throttled extends OfFunction {
  readonly kind: "throttled";
  readonly invokedArn: string;
}

/** An init phase ended in a failure that no invocation's duration has in it; on AWS its time is billed. */
export interface InitFailed extends OfFunction {
  readonly kind: "initFailed";
  readonly target: FunctionVersion;
  readonly durationMs: number;
}

/** An environment that is kept ready was initialised, or failed to be; no invocation waited for it. */
export interface ProvisionInitialized extends OfFunction {
  readonly kind: "provisionInitialized";
  readonly target: FunctionVersion;
  readonly durationMs: number;
}

/** So many environments are kept ready for a version from now on; 0 ends it. */
export interface ProvisionChanged extends OfFunction {
  readonly kind: "provisionChanged";
  readonly target: FunctionVersion;
  readonly amount: number;
}

/** Of asynchronous invocation: an event was accepted, begins an attempt, or is given up without success. */
export interface EventAccepted extends OfFunction {
  readonly kind: "eventAccepted";
  readonly qualifier: string | undefined;
}
export interface EventStarted extends OfFunction {
  readonly kind: "eventStarted";
  readonly qualifier: string | undefined;
  /** Since it was accepted. */
  readonly ageMs: number;
}
export interface EventDropped extends OfFunction {
  readonly kind: "eventDropped";
  readonly qualifier: string | undefined;
}

/** A dead letter or a record could not be brought to its target. */
export interface DeliveryFailed extends OfFunction {
  readonly kind: "deliveryFailed";
  readonly what: "deadLetter" | "destination";
}

/** A chain of requests that led back to its function too often was ended. */
export interface LoopStopped extends OfFunction {
  readonly kind: "loopStopped";
}

/** A batch of a stream was given to its function; once for each attempt. */
export interface StreamBatchSent extends OfFunction {
  readonly kind: "streamBatchSent";
  readonly qualifier: string | undefined;
  /** Of its last record, since the stream got it. */
  readonly ageMs: number;
}

export type Observation =
  | Admitted
  | Invoked
  | Throttled
  | InitFailed
  | ProvisionChanged
  | ProvisionInitialized
  | EventAccepted
  | EventStarted
  | EventDropped
  | DeliveryFailed
  | LoopStopped
  | StreamBatchSent;

/** Called on the path of invocations: returns at once and never throws. */
export type Observe = (observation: Observation) => void;
