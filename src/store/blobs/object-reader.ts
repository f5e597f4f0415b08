/** The contract of what fetches and stores objects that somebody else keeps: code, and records of failed events. */
import type { Scope } from "../../model/mod.ts";

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

export interface ObjectLocation extends ObjectName {
  /** Undefined: the newest. */
  readonly versionId: string | undefined;
}

export interface ObjectReader {
  /**
   * The object piece by piece, no more than `bytesMax`, within a bounded time. `scope` is who asks.
   * The iteration throws ObjectReadError.
   */
  read(scope: Scope, location: ObjectLocation, bytesMax: number): AsyncIterable<Uint8Array>;
}

export interface ObjectWriter {
  /** Rejects when the store refuses, or nothing comes back in time. */
  write(scope: Scope, name: ObjectName, body: Buffer): Promise<void>;
}

export type ObjectReadFailure =
  /** The store refused, in its own words. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** Nothing that could be understood came back, or not in time. */
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "tooLarge" };

export class ObjectReadError extends Error {
  override readonly name = "ObjectReadError";
  readonly failure: ObjectReadFailure;

  constructor(failure: ObjectReadFailure, cause?: unknown) {
    super(failure.kind === "tooLarge" ? "the object is too large" : failure.message, { cause });
    this.failure = failure;
  }
}
