/**
 * The only code that knows the wire: length-prefixed frames on an inherited socket (descriptor 3). Every frame is
 * `u32 length of the rest` (big endian), `u8 type`, body; src/dataplane/runtime-api/frames.ts has the platform's side.
 * Node itself keeps inherited descriptors from the programs that
 * a function starts.
 */
import { Socket } from "node:net";

export const CONTROL_DESCRIPTOR = 3;
const INVOKE = 1;
const READY = 1;
const RESPONSE = 2;
const ERROR = 3;
const INIT_ERROR = 4;
const FATAL = 5;
const RESPONSE_BEGIN = 6;
const RESPONSE_CHUNK = 7;
const RESPONSE_END = 8;
const LOADED = 11;
const COMPILED = 12;
const COMPILED_ALL = 13;
/** A larger piece of a streamed response goes out as several. */
const CHUNK_BYTES_MAX = 1_048_576;
const LENGTH_BYTES = 4;
const SHORT_TEXT_BYTES_MAX = 255;
const RECEIVE_BYTES = 65_536;
/** Above this a payload of bytes is handed to the kernel as it is, not copied behind its head. */
const COPIED_BYTES_MAX = 65_536;
const NOTHING = Buffer.alloc(0);

/**
 * @typedef {object} InvocationMeta
 * @property {string} requestId
 * @property {number} deadlineMs epoch milliseconds
 * @property {string} invokedFunctionArn
 * @property {string} [traceId]
 * @property {string} [clientContext] raw JSON
 * @property {string} [cognitoIdentity] raw JSON
 * @property {string} [tenantId]
 */

export class Client {
  /** @type {Socket} */
  #socket;
  /** The start of a frame that has not come whole; grown to the frame's size once that is known. */
  #partial = NOTHING;
  #partialBytes = 0;
  /** @type {(meta: InvocationMeta, event: string) => void} */
  #onInvocation;

  /**
   * The socket does not keep the process alive before `keepLoopAlive`: a module that waits for nothing while it is
   * loaded ends it.
   * @param {(meta: InvocationMeta, event: string) => void} onInvocation
   * @param {() => void} onClosed the platform is gone: there will be no further invocation
   */
  constructor(onInvocation, onClosed) {
    this.#onInvocation = onInvocation;
    const onread = {
      // One buffer for all reads: a frame is either used up at once or copied.
      buffer: Buffer.allocUnsafeSlow(RECEIVE_BYTES),
      callback: (/** @type {number} */ bytes, /** @type {Buffer} */ buffer) => {
        this.#receive(buffer.subarray(0, bytes));
        return true;
      },
    };
    this.#socket = new Socket({ fd: CONTROL_DESCRIPTOR, readable: true, writable: true, onread });
    this.#socket.on("end", onClosed);
    this.#socket.on("error", onClosed);
    this.#socket.unref();
  }

  /** While an invocation runs the socket alone must not keep the event loop alive: an empty loop means something. */
  letLoopEnd() {
    this.#socket.unref();
  }

  keepLoopAlive() {
    this.#socket.ref();
  }

  sendReady() {
    this.#send(READY, [], "");
  }

  /**
   * @param {string} requestId
   * @param {string | Uint8Array} payload
   */
  sendResponse(requestId, payload) {
    this.#send(RESPONSE, [requestId], payload);
  }

  /**
   * A response in pieces: this, any number of chunks, then the end or an error.
   * @param {string} requestId
   * @param {string} contentType
   */
  sendResponseBegin(requestId, contentType) {
    this.#send(RESPONSE_BEGIN, [requestId, contentType], "");
  }

  /**
   * @param {string} requestId
   * @param {Uint8Array} chunk
   * @param {() => void} onSent called when there is room for the next
   */
  sendResponseChunk(requestId, chunk, onSent) {
    let rest = chunk;
    for (; rest.length > CHUNK_BYTES_MAX; rest = rest.subarray(CHUNK_BYTES_MAX)) {
      this.#send(RESPONSE_CHUNK, [requestId], rest.subarray(0, CHUNK_BYTES_MAX));
    }
    this.#send(RESPONSE_CHUNK, [requestId], rest, onSent);
  }

  /** @param {string} requestId */
  sendResponseEnd(requestId) {
    this.#send(RESPONSE_END, [requestId], "");
  }

  /**
   * @param {string} requestId
   * @param {string} errorType
   * @param {string} payload JSON
   */
  sendError(requestId, errorType, payload) {
    this.#send(ERROR, [requestId, errorType], payload);
  }

  /**
   * An error of the invocation after which this process ends.
   * @param {string} requestId
   * @param {string} errorType
   * @param {string} payload JSON
   * @param {() => void} onSent
   */
  sendFatal(requestId, errorType, payload, onSent) {
    this.#send(FATAL, [requestId, errorType], payload, onSent);
  }

  /**
   * @param {string} errorType
   * @param {string} payload JSON
   * @param {() => void} onSent
   */
  sendInitError(errorType, payload, onSent) {
    this.#send(INIT_ERROR, [errorType], payload, onSent);
  }

  /** @param {string} modules JSON */
  sendLoaded(modules) {
    this.#send(LOADED, [], modules);
  }

  /**
   * @param {string} name
   * @param {Uint8Array} content
   */
  sendCompiled(name, content) {
    this.#send(COMPILED, [name], content);
  }

  sendCompiledAll() {
    this.#send(COMPILED_ALL, [], "");
  }

  /**
   * One system call a frame: head and payload in one buffer, or two buffers written together.
   * @param {number} type
   * @param {string[]} shortTexts
   * @param {string | Uint8Array} payload
   * @param {() => void} [onSent]
   */
  #send(type, shortTexts, payload, onSent) {
    const texts = shortTexts.map((text) => text.slice(0, SHORT_TEXT_BYTES_MAX));
    const isText = typeof payload === "string";
    const payloadBytes = isText ? Buffer.byteLength(payload) : payload.length;
    const headBytes = texts.reduce((sum, text) => sum + 1 + text.length, LENGTH_BYTES + 1);
    const isCopied = isText || payloadBytes <= COPIED_BYTES_MAX;
    const frame = Buffer.allocUnsafe(isCopied ? headBytes + payloadBytes : headBytes);
    frame.writeUInt32BE(headBytes - LENGTH_BYTES + payloadBytes, 0);
    frame.writeUInt8(type, LENGTH_BYTES);
    let end = LENGTH_BYTES + 1;
    for (const text of texts) {
      end = frame.writeUInt8(text.length, end);
      end += frame.write(text, end, "latin1");
    }
    if (isText) frame.write(payload, end, "utf8");
    else if (isCopied) frame.set(payload, end);
    if (isCopied) {
      this.#socket.write(frame, onSent);
      return;
    }
    this.#socket.cork();
    this.#socket.write(frame);
    this.#socket.write(payload, onSent);
    this.#socket.uncork();
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#partialBytes > 0) {
        rest = this.#complete(rest);
        continue;
      }
      const end = rest.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + rest.readUInt32BE(0);
      if (rest.length < end) {
        this.#begin(rest, Math.max(LENGTH_BYTES, Number.isFinite(end) ? end : 0));
        return;
      }
      this.#dispatch(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  }

  /**
   * @param {Buffer} start
   * @param {number} wholeBytes
   */
  #begin(start, wholeBytes) {
    this.#partial = Buffer.allocUnsafe(wholeBytes);
    this.#partialBytes = start.copy(this.#partial);
  }

  /**
   * Fills the frame that was begun, first its length, then all of it.
   * @param {Buffer} chunk
   * @returns {Buffer} what is left of the chunk
   */
  #complete(chunk) {
    const taken = chunk.copy(this.#partial, this.#partialBytes);
    this.#partialBytes += taken;
    if (this.#partialBytes === this.#partial.length) {
      const frame = this.#partial;
      const end = LENGTH_BYTES + frame.readUInt32BE(0);
      if (end > frame.length) {
        this.#begin(frame, end);
      } else {
        this.#partial = NOTHING;
        this.#partialBytes = 0;
        this.#dispatch(frame);
      }
    }
    return chunk.subarray(taken);
  }

  /** @param {Buffer} frame */
  #dispatch(frame) {
    if (frame[LENGTH_BYTES] !== INVOKE) return;
    const metaStart = LENGTH_BYTES + 1 + 4;
    const metaEnd = metaStart + frame.readUInt32BE(LENGTH_BYTES + 1);
    const meta = JSON.parse(frame.toString("utf8", metaStart, metaEnd));
    this.#onInvocation(meta, frame.toString("utf8", metaEnd));
  }
}
