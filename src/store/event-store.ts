/** The contract of what keeps asynchronous invocations that were answered with 202. */
import type { Scope } from "../model/mod.ts";

/** All of an event but its payload. */
export interface EventHead {
  /** The request id: the same on every attempt. */
  readonly id: string;
  readonly scope: Scope;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly payloadBytes: number;
  readonly clientContext: string | undefined;
  readonly traceId: string | undefined;
  readonly acceptedAtMs: number;
  /** Attempts that ended in a function error. */
  readonly failedAttempts: number;
  readonly notBeforeMs: number;
  /** The function is done with it, and these could not be told yet. */
  readonly undelivered?: readonly Delivery[] | undefined;
}

/** What is to be brought to an ARN. */
export interface Delivery {
  readonly arn: string;
  readonly body: string;
  /** A dead-letter queue's message carries them; results have none. */
  readonly attributes?: Readonly<Record<string, MessageText>> | undefined;
  /** Undefined for a dead-letter queue. */
  readonly outcome?: "Success" | "Failure" | undefined;
}

export interface MessageText {
  readonly type: "String" | "Number";
  readonly text: string;
}

export type EventWrite =
  | { readonly kind: "accept"; readonly head: EventHead; readonly payload: Buffer }
  /** Without effect where it is not there. */
  | { readonly kind: "update"; readonly head: EventHead }
  | { readonly kind: "remove"; readonly id: string };

export interface EventStore {
  /** All or nothing, in the order given; durable when it resolves. */
  commit(writes: readonly EventWrite[]): Promise<void>;
  readPayload(id: string): Promise<Buffer | undefined>;
  /** In the order in which they were accepted. */
  listHeads(): AsyncIterable<EventHead>;
}
