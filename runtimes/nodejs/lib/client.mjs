/**
 * The only code that knows the wire: length-prefixed frames on an inherited socket (descriptor 3). Every frame is
 * `u32 length of the rest` (big endian), `u8 type`, body; src/dataplane/runtime-api/frames.ts has the platform's side.
 * Node keeps inherited descriptors from the programs a function starts.
 */
import { Socket } from "node:net";

const CONTROL_DESCRIPTOR = 3;
const INVOKE = 1;
const READY = 1;
const RESPONSE = 2;
const ERROR = 3;
const INIT_ERROR = 4;
const FATAL = 5;
const HEAD_BYTES = 5;

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
  #socket = new Socket({ fd: CONTROL_DESCRIPTOR, readable: true, writable: true });
  /** @type {Buffer} */
  #buffered = Buffer.alloc(0);
  /** @type {(meta: InvocationMeta, event: Buffer) => void} */
  #onInvocation;

  /**
   * @param {(meta: InvocationMeta, event: Buffer) => void} onInvocation
   * @param {() => void} onClosed the platform is gone: there will be no further invocation
   */
  constructor(onInvocation, onClosed) {
    this.#onInvocation = onInvocation;
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("end", onClosed);
    this.#socket.on("error", onClosed);
  }

  /** While an invocation runs the socket alone must not keep the event loop alive: an empty loop means something. */
  letLoopEnd() {
    this.#socket.unref();
  }

  keepLoopAlive() {
    this.#socket.ref();
  }

  sendReady() {
    this.#socket.write(head(READY, 0));
  }

  /**
   * @param {string} requestId
   * @param {string | Uint8Array} payload
   */
  sendResponse(requestId, payload) {
    const body = typeof payload === "string" ? Buffer.from(payload) : payload;
    this.#send(RESPONSE, [shortText(requestId), body]);
  }

  /**
   * @param {string} requestId
   * @param {string} errorType
   * @param {string} payload JSON
   */
  sendError(requestId, errorType, payload) {
    this.#send(ERROR, [shortText(requestId), shortText(errorType), Buffer.from(payload)]);
  }

  /**
   * An error of the invocation after which this process ends.
   * @param {string} requestId
   * @param {string} errorType
   * @param {string} payload JSON
   * @param {() => void} onSent
   */
  sendFatal(requestId, errorType, payload, onSent) {
    this.#send(FATAL, [shortText(requestId), shortText(errorType), Buffer.from(payload)], onSent);
  }

  /**
   * @param {string} errorType
   * @param {string} payload JSON
   * @param {() => void} onSent
   */
  sendInitError(errorType, payload, onSent) {
    this.#send(INIT_ERROR, [shortText(errorType), Buffer.from(payload)], onSent);
  }

  /**
   * @param {number} type
   * @param {Uint8Array[]} parts
   * @param {() => void} [onSent]
   */
  #send(type, parts, onSent) {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    // One buffer, one write, one system call.
    this.#socket.write(Buffer.concat([head(type, bytes), ...parts], HEAD_BYTES + bytes), () => onSent?.());
  }

  /** @param {Buffer} chunk */
  #receive(chunk) {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    while (this.#buffered.length >= HEAD_BYTES) {
      const end = 4 + this.#buffered.readUInt32BE(0);
      if (this.#buffered.length < end) return;
      const frame = this.#buffered.subarray(0, end);
      this.#buffered = this.#buffered.subarray(end);
      if (frame[4] !== INVOKE) continue;
      const metaEnd = 9 + frame.readUInt32BE(5);
      this.#onInvocation(JSON.parse(frame.toString("utf8", 9, metaEnd)), frame.subarray(metaEnd));
    }
  }
}

/**
 * @param {number} type
 * @param {number} bodyBytes
 */
function head(type, bodyBytes) {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES);
  bytes.writeUInt32BE(1 + bodyBytes, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
}

/** @param {string} text */
function shortText(text) {
  const bytes = Buffer.from(text, "latin1").subarray(0, 255);
  return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
}
