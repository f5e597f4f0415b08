/**
 * The `awslambda` global: handlers that write their response as a stream. The platform takes whole responses so far, so
 * the stream is collected; frames for chunks will replace `collected`.
 */
import { Writable } from "node:stream";
import { RuntimeError } from "./errors.mjs";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HTTP_PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END = Buffer.alloc(8);

/** Put in place before user code is loaded, unless the function's settings forbid it. */
export function provideGlobal() {
  if (process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA) return;
  globalThis.awslambda = {
    streamifyResponse(handler, options) {
      handler[STREAMING] = "response";
      if (options?.highWaterMark !== undefined)
        handler[Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark")] = options.highWaterMark;
      return handler;
    },
    HttpResponseStream: {
      /** Writes the prelude right before the first byte of the body. */
      from(stream, prelude) {
        stream.setContentType(HTTP_PRELUDE_TYPE);
        stream.beforeFirstWrite = () => Buffer.concat([Buffer.from(JSON.stringify(prelude)), PRELUDE_END]);
        return stream;
      },
    },
  };
}

/** @param {Function} handler */
export function isStreaming(handler) {
  return handler[STREAMING] !== undefined;
}

/** Collects what a handler writes. */
export class ResponseStream extends Writable {
  #chunks = [];
  /** @type {(() => Buffer) | undefined} */
  beforeFirstWrite;
  contentType = "application/octet-stream";

  setContentType(contentType) {
    if (this.#chunks.length > 0) {
      throw new RuntimeError("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late.");
    }
    this.contentType = contentType;
  }

  _write(chunk, encoding, done) {
    if (this.#chunks.length === 0 && this.beforeFirstWrite) this.#chunks.push(this.beforeFirstWrite());
    this.#chunks.push(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    done();
  }

  /** Strings and buffers as streams take them; objects as JSON. */
  write(chunk, ...rest) {
    const isPlain = typeof chunk === "string" || chunk instanceof Uint8Array;
    return super.write(isPlain ? chunk : JSON.stringify(chunk), ...rest);
  }

  collected() {
    return Buffer.concat(this.#chunks);
  }
}

/**
 * @param {Function} handler
 * @param {unknown} event
 * @param {object} context
 * @returns {Promise<Buffer>} the whole response
 */
export async function runStreaming(handler, event, context) {
  const stream = new ResponseStream();
  const ended = new Promise((resolve, reject) => {
    stream.once("finish", resolve);
    stream.once("error", reject);
  });
  const result = handler(event, stream, context);
  if (!(result instanceof Promise)) {
    throw new RuntimeError(
      "Runtime.MalformedStreamingHandler",
      "Streaming does not support non-async handlers.",
    );
  }
  await result;
  if (!stream.writableEnded) {
    throw new RuntimeError("Runtime.InvalidStreamingOperation", "Response stream is not finished.");
  }
  await ended;
  return stream.collected();
}
