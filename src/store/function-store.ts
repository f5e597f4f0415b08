/** The contract of what keeps functions and accepted events. Every write is durable when its promise resolves. */
import type { FunctionShared, FunctionVersion, Scope } from "../model/mod.ts";

export interface FunctionRecord {
  readonly shared: FunctionShared;
  readonly latest: FunctionVersion;
}

export interface ScopedFunction {
  readonly scope: Scope;
  readonly record: FunctionRecord;
}

/** An asynchronous invocation that was answered with 202. */
export interface AcceptedEvent {
  /** The request id: the same on every attempt. */
  readonly id: string;
  readonly scope: Scope;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly payload: Buffer;
  readonly clientContext: string | undefined;
  readonly traceId: string | undefined;
  readonly acceptedAtMs: number;
  /** Attempts that ended in a function error. */
  readonly failedAttempts: number;
  /** Attempts that were throttled since the last one that ran. */
  readonly throttledAttempts: number;
  readonly notBeforeMs: number;
}

export interface FunctionStore {
  find(scope: Scope, name: string): Promise<FunctionRecord | undefined>;
  /** Names ascending, strictly after `afterName`. */
  list(scope: Scope, afterName: string | undefined, limit: number): Promise<FunctionRecord[]>;
  /** Every function of every scope, for what must be rebuilt at start. */
  listAll(): AsyncIterable<ScopedFunction>;
  /** False when a function of that name exists. */
  create(scope: Scope, record: FunctionRecord): Promise<boolean>;
  /**
   * Replaces the `$LATEST` record if its revision id is still `expectedRevisionId`; false when it is not
   * (somebody else wrote first, or the function is gone).
   */
  replaceLatest(scope: Scope, latest: FunctionVersion, expectedRevisionId: string): Promise<boolean>;
  /** False when the function is gone. */
  replaceShared(scope: Scope, shared: FunctionShared): Promise<boolean>;
  delete(scope: Scope, name: string): Promise<boolean>;
  usage(scope: Scope): Promise<{ functions: number; codeBytes: number; reservedConcurrency: number }>;
  /** The code SHA-256s (base64) that some function of any scope still needs. */
  codeInUse(): Promise<Set<string>>;

  acceptEvent(event: AcceptedEvent): Promise<void>;
  /** Notes the next attempt of an event. */
  rescheduleEvent(event: AcceptedEvent): Promise<void>;
  removeEvent(id: string): Promise<void>;
  /** Oldest first. */
  listEvents(): AsyncIterable<AcceptedEvent>;
  close(): Promise<void>;
}
