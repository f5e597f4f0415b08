/** Reads a request's body whole, within a bound. */
import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { HTTP_LIMITS } from "../config/mod.ts";
import { requestTooLarge, serializationError } from "../errors/mod.ts";
import { deferred } from "../kit/mod.ts";
import { type HttpRequest, header } from "./http-message.ts";

export type BodyResult =
  | { readonly kind: "whole"; readonly body: Buffer }
  | { readonly kind: "tooLarge" }
  /** The client went away or cut its body short: there is nobody to answer. */
  | { readonly kind: "aborted" };

const EMPTY = Buffer.alloc(0);

/**
 * Never keeps more than `bytesMax`. A larger body is read on and thrown away (to a bound), because a client that
 * is still writing would otherwise meet a reset connection instead of the answer.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<BodyResult> {
  const { promise, resolve } = deferred<BodyResult>();
  let chunks: Buffer[] = [];
  let received = 0;
  request.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received <= bytesMax) chunks.push(chunk);
    else chunks = [];
    if (received > bytesMax + HTTP_LIMITS.refusedBodyDrainBytesMax) {
      resolve({ kind: "tooLarge" });
      request.pause();
    }
  });
  request.on("end", () => {
    if (received > bytesMax) resolve({ kind: "tooLarge" });
    else resolve({ kind: "whole", body: joined(chunks, received) });
  });
  request.on("close", () => resolve({ kind: "aborted" }));
  request.on("error", () => resolve({ kind: "aborted" }));
  return promise;
}

function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  const [first] = chunks;
  if (first === undefined) return EMPTY;
  return chunks.length === 1 ? first : Buffer.concat(chunks, bytes);
}

/** The body as it was before its sender compressed it. Throws RequestEntityTooLarge, SerializationException. */
export function inflated(head: Pick<HttpRequest, "headers">, body: Buffer, bytesMax: number): Buffer {
  if (header(head, "content-encoding") !== "gzip") return body;
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge
      ? requestTooLarge(bytesMax, "requested")
      : serializationError("The body is not valid gzip.");
  }
}
