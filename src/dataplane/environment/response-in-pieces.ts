/** One invocation's response as it comes: on to whoever reads along, or kept until it is whole. */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { ResponseSink } from "../../model/mod.ts";

const NOTHING = Buffer.alloc(0);

export class ResponseInPieces {
  readonly #sink: ResponseSink | undefined;
  readonly bytesMax: number;
  #kept: Buffer[] = [];
  #bytes = 0;

  constructor(sink: ResponseSink | undefined) {
    this.#sink = sink;
    this.bytesMax =
      sink === undefined ? LAMBDA_LIMITS.responsePayloadBytesMax : LAMBDA_LIMITS.streamedResponseBytesMax;
  }

  begin(contentType: string): void {
    this.#sink?.begin(contentType);
  }

  add(chunk: Buffer): "more" | "wait" | "tooLarge" {
    this.#bytes += chunk.length;
    if (this.#bytes > this.bytesMax) return "tooLarge";
    if (this.#sink !== undefined) return this.#sink.write(chunk) ? "more" : "wait";
    this.#kept.push(chunk);
    return "more";
  }

  /** What was kept: nothing where somebody read along. */
  end(): Buffer {
    const [first = NOTHING] = this.#kept;
    return this.#kept.length <= 1 ? first : Buffer.concat(this.#kept, this.#bytes);
  }
}
