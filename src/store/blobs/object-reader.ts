/** The contract of what fetches objects that somebody else stores: code named by bucket and key. */
import type { Scope } from "../../model/mod.ts";

export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
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
