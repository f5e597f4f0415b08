/** One invocation from its handler's call to its single reply, in both of Node's handler styles. */
import { createContext } from "./context.mjs";
import { errorDocument, RuntimeError } from "./errors.mjs";
import { logFailure } from "./log-output.mjs";
import { runStreaming } from "./response-stream.mjs";

/**
 * States: running (nothing decided) → held (a callback gave the result, but the event loop has work left) → replied.
 * Whatever comes after the reply is ignored. A promise that settles replies from any state before that.
 */
export class Invocation {
  /** @type {import("./client.mjs").InvocationMeta} */
  #meta;
  #client;
  /** @type {() => void} */
  #onReply;
  #isReplied = false;
  /** Any of callback, succeed, fail, done was called: only the first counts. */
  #isCalledBack = false;
  /** Held until the event loop is empty. @type {(() => void) | undefined} */
  #held;
  /** A promise was returned: an empty event loop then means that it can never settle. */
  #isAsync = false;

  /**
   * @param {import("./client.mjs").InvocationMeta} meta
   * @param {import("./client.mjs").Client} client
   * @param {() => void} onReply called right before the reply is sent
   */
  constructor(meta, client, onReply) {
    this.#meta = meta;
    this.#client = client;
    this.#onReply = onReply;
  }

  /**
   * @param {import("./loop.mjs").LoadedHandler} loaded
   * @param {string} event JSON
   */
  run({ call, takesCallback, streams }, event) {
    try {
      if (streams) {
        this.#isAsync = true;
        const context = createContext(this.#meta, undefined);
        this.#follow(runStreaming(call, JSON.parse(event), context, this), () => this.#endStream());
      } else if (takesCallback) {
        this.#runWithCallback(call, JSON.parse(event));
      } else {
        const result = call(JSON.parse(event), createContext(this.#meta, undefined));
        if (!this.#followPromise(result)) this.#succeed(result);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nothing is left to happen: what is held goes out, a promise will never settle, a callback was never called. */
  onEmptyLoop() {
    if (this.#held !== undefined) {
      this.#held();
    } else if (this.#isAsync) {
      this.#fail(
        new RuntimeError(
          "Runtime.NodeJsExit",
          "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a " +
            "Promise that was never settled. For more information, see " +
            "https://nodejs.org/docs/latest/api/process.html#exit-codes",
        ),
      );
    } else {
      this.#succeed(null);
    }
  }

  /**
   * The process ends with this error.
   * @param {unknown} error
   * @param {() => void} onSent
   */
  sendFatal(error, onSent) {
    this.#isReplied = true;
    const document = errorDocument(error);
    this.#client.sendFatal(this.#meta.requestId, document.errorType, JSON.stringify(document), onSent);
  }

  /**
   * Source: "Define Lambda function handler in Node.js" page, callbackWaitsForEmptyEventLoop; only a result waits.
   * @param {Function} call
   * @param {unknown} event
   */
  #runWithCallback(call, event) {
    const context = createContext(this.#meta, {
      callbackWaitsForEmptyEventLoop: true,
      succeed: (result) => this.#calledBack(null, result, false),
      fail: (error) => this.#calledBack(error ?? "handled", undefined, false),
      done: (error, result) => this.#calledBack(error, result, false),
    });
    /** @type {(error: unknown, result: unknown) => void} */
    const callback = (error, result) =>
      this.#calledBack(error, result, Boolean(context.callbackWaitsForEmptyEventLoop));
    this.#followPromise(call(event, context, callback));
  }

  /**
   * @param {unknown} error
   * @param {unknown} result
   * @param {boolean} waits
   */
  #calledBack(error, result, waits) {
    if (this.#isCalledBack) return;
    this.#isCalledBack = true;
    if (error !== undefined && error !== null) this.#fail(error);
    else if (waits) this.#held = () => this.#succeed(result);
    else this.#succeed(result);
  }

  /**
   * @param {any} result
   * @returns {boolean} whether it is a promise
   */
  #followPromise(result) {
    if (typeof result?.then !== "function") return false;
    this.#isAsync = true;
    this.#follow(result, (value) => this.#succeed(value));
    return true;
  }

  /**
   * @template T
   * @param {PromiseLike<T>} promise
   * @param {(value: T) => void} onValue
   */
  #follow(promise, onValue) {
    promise.then(onValue, (error) => this.#fail(error));
  }

  /** @param {unknown} result */
  #succeed(result) {
    if (this.#isReplied) return;
    let payload;
    try {
      // Functions and symbols have no JSON either.
      payload = JSON.stringify(result) ?? "null";
    } catch {
      this.#fail(new RuntimeError("Runtime.MarshalError", "Unable to stringify response body"));
      return;
    }
    this.#reply(payload);
  }

  /** A streamed response begins. @param {string} contentType */
  begin(contentType) {
    if (!this.#isReplied) this.#client.sendResponseBegin(this.#meta.requestId, contentType);
  }

  /**
   * @param {Uint8Array} chunk
   * @param {() => void} onSent
   */
  chunk(chunk, onSent) {
    if (this.#isReplied) onSent();
    else this.#client.sendResponseChunk(this.#meta.requestId, chunk, onSent);
  }

  #endStream() {
    if (this.#isReplied) return;
    this.#isReplied = true;
    this.#onReply();
    this.#client.sendResponseEnd(this.#meta.requestId);
  }

  /** @param {string | Uint8Array} payload */
  #reply(payload) {
    if (this.#isReplied) return;
    this.#isReplied = true;
    this.#onReply();
    this.#client.sendResponse(this.#meta.requestId, payload);
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#isReplied) return;
    this.#isReplied = true;
    logFailure("Invoke Error", error);
    const document = errorDocument(error);
    this.#onReply();
    this.#client.sendError(this.#meta.requestId, document.errorType, JSON.stringify(document));
  }
}
