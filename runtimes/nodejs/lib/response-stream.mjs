/** The `awslambda` global: handlers that write their response as a stream, which goes out as it is written. */
import { Writable } from "node:stream";
import { RuntimeError } from "./errors.mjs";

/** Symbols that libraries mark and recognise handlers by. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const RESPONSE = "response";
const HTTP_PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END = new Uint8Array(8);

/** Put in place before user code is loaded, unless the function's settings forbid it. */
export function provideGlobal() {
  if (process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA) return;
  globalThis.awslambda = { streamifyResponse, HttpResponseStream: { from: httpResponseStream } };
}

/**
 * Throws RuntimeError when it is marked as something else than a handler that streams its response.
 * @param {Function} handler
 */
export function isStreaming(handler) {
  if (!handler[STREAMING]) return false;
  if (handler[STREAMING] === RESPONSE) return true;
  throw new RuntimeError("Runtime.MalformedStreamingHandler", "Only response streaming is supported.");
}

/**
 * @param {Function} handler
 * @param {unknown} event
 * @param {object} context
 * @param {ResponseTaker} taker
 * @returns {Promise<void>} when all is written; rejects with what the handler or the stream fails with
 */
export async function runStreaming(handler, event, context, taker) {
  const stream = new ResponseStream(taker, Number(handler[HIGH_WATER_MARK]));
  const ended = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
  // Waited for below; where the handler fails first, that failure is the one to tell.
  ended.catch(() => {});
  const result = handler(event, stream, context);
  if (typeof result?.then !== "function") {
    throw new RuntimeError(
      "Runtime.MalformedStreamingHandler",
      "Streaming does not support non-async handlers.",
    );
  }
  await result;
  if (!stream.writableEnded && !stream.destroyed) {
    throw new RuntimeError("Runtime.InvalidStreamingOperation", "Response stream is not finished.");
  }
  await ended;
}

/**
 * @param {Function} handler
 * @param {{ highWaterMark?: number }} [options]
 */
function streamifyResponse(handler, options) {
  handler[STREAMING] = RESPONSE;
  if (options?.highWaterMark !== undefined) handler[HIGH_WATER_MARK] = Number(options.highWaterMark);
  return handler;
}

/**
 * The prelude is written right before the body's first byte: a handler that writes nothing sends nothing.
 * @param {ResponseStream} stream
 * @param {object} prelude status code, headers, cookies
 */
function httpResponseStream(stream, prelude) {
  stream.setContentType(HTTP_PRELUDE_TYPE);
  stream._onBeforeFirstWrite = (write) => {
    write(JSON.stringify(prelude));
    write(PRELUDE_END);
  };
  return stream;
}

/**
 * @typedef {object} ResponseTaker
 * @property {(contentType: string) => void} begin
 * @property {(chunk: Uint8Array, onSent: () => void) => void} chunk
 */

/** Hands on what a handler writes; a write is done when the platform has taken it. */
class ResponseStream extends Writable {
  /** @type {ResponseTaker} */
  #taker;
  #isBegun = false;
  /** Set by `httpResponseStream`, and by libraries. @type {((write: (chunk: string | Uint8Array) => void) => void) | undefined} */
  _onBeforeFirstWrite;
  contentType = "application/octet-stream";

  /**
   * @param {ResponseTaker} taker
   * @param {number} highWaterMark bytes; Node's own where it is not a number
   */
  constructor(taker, highWaterMark) {
    super(highWaterMark > 0 ? { highWaterMark } : {});
    this.#taker = taker;
  }

  /** @param {string} contentType */
  setContentType(contentType) {
    if (this.#isBegun) {
      throw new RuntimeError("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late.");
    }
    this.contentType = contentType;
  }

  /** Strings and bytes as streams take them; other values as JSON. */
  write(chunk, ...rest) {
    const isPlain = typeof chunk === "string" || chunk instanceof Uint8Array;
    this.#begin();
    return super.write(isPlain ? chunk : JSON.stringify(chunk), ...rest);
  }

  _write(chunk, _encoding, done) {
    // `end(chunk)` comes here without `write`.
    this.#begin();
    this.#taker.chunk(chunk, done);
  }

  _final(done) {
    this.#begin({ hasBody: false });
    done();
  }

  #begin({ hasBody = true } = {}) {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#taker.begin(this.contentType);
    if (hasBody) this._onBeforeFirstWrite?.((chunk) => this.#taker.chunk(Buffer.from(chunk), () => {}));
  }
}
