/** A response on its way to a caller while the function is still writing it. */
import { Readable } from "node:stream";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import type { Invocation, Invoker, ResponseSink } from "../model/mod.ts";
import { type Answered, answered } from "./answered.ts";

export interface Streaming {
  /** Of the response; undefined when the function ended before it wrote anything. */
  readonly contentType: string | undefined;
  /** Ends with the invocation, whether the function failed or not. A reader that leaves does not stop the function. */
  readonly body: Readable;
  readonly ended: Promise<Answered>;
}

/** Resolves when the response begins, or when it is over without having begun. Throws as `answered` does. */
export async function invokeStreaming(invoker: Invoker, invocation: Invocation): Promise<Streaming> {
  const response = new StreamedResponse();
  const ended = invoker
    .invoke({ ...invocation, sink: response })
    .then(answered)
    .finally(() => response.end());
  // Who reads the body meets the failure again when it asks for the outcome.
  ended.catch(() => {});
  const contentType = await Promise.race([response.begun, ended.then(() => undefined)]);
  return { contentType, body: response.body, ended };
}

class StreamedResponse implements ResponseSink {
  readonly body: Readable;
  readonly begun: Promise<string>;
  bytes = 0;
  readonly #begin: (contentType: string) => void;
  #hasRoom: () => void = () => {};

  constructor() {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.begun = promise;
    this.#begin = resolve;
    this.body = new Readable({
      highWaterMark: LAMBDA_LIMITS.streamedResponseWaitingBytesMax,
      read: () => this.#hasRoom(),
      destroy: (error, done) => {
        // The reader left: the function goes on, its bytes go nowhere.
        this.#hasRoom();
        done(error);
      },
    });
  }

  begin(contentType: string): void {
    this.#begin(contentType);
  }

  write(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    return this.body.destroyed || chunk.length === 0 || this.body.push(chunk);
  }

  onRoom(listener: () => void): void {
    this.#hasRoom = listener;
  }

  end(): void {
    if (!this.body.destroyed) this.body.push(null);
  }
}
