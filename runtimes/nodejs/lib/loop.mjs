/** The order of things in a Node.js environment: load the handler, say ready, then one invocation after the other. */
import { Client } from "./client.mjs";
import { createContext } from "./context.mjs";
import { errorDocument, errorLogText, RuntimeError, wireType } from "./errors.mjs";
import { loadHandler } from "./handler-loader.mjs";
import { logFailure, patchConsole, setCurrentRequest } from "./log-output.mjs";
import { isStreaming, provideGlobal, runStreaming } from "./response-stream.mjs";

const UNHANDLED_REJECTION_STATUS = 128;
const UNCAUGHT_EXCEPTION_STATUS = 129;
/** From this version on AWS refuses handlers that take a callback. */
const CALLBACKS_END_WITH = 24;

/** @type {Client} */
let client;
/** @type {Function | undefined} */
let handler;
/** @type {Invocation | undefined} */
let current;

/**
 * One invocation from its event to its reply. `settled` is the reply, held back while a callback-style handler's event
 * loop still has work.
 */
class Invocation {
  /** @type {(() => void) | undefined} */
  settled;
  isDone = false;
  /** A promise was returned: an empty event loop then means that it can never settle. */
  isAsync = false;

  /** @param {import("./client.mjs").InvocationMeta} meta */
  constructor(meta) {
    this.requestId = meta.requestId;
    this.context = createContext(meta, {
      succeed: (result) => this.callback(null, result),
      fail: (error) => this.callback(error ?? "handled"),
      done: (error, result) => this.callback(error, result),
    });
    // `context.succeed` and its kin never wait for the event loop (documented for the old programming model).
    for (const name of ["succeed", "fail", "done"]) {
      const reply = this.context[name];
      this.context[name] = (...args) => {
        this.context.callbackWaitsForEmptyEventLoop = false;
        reply(...args);
      };
    }
  }

  callback = (error, result) => {
    if (this.settled !== undefined || this.isDone) return;
    this.settled = () => (error === null || error === undefined ? this.succeed(result) : this.fail(error));
    if (!this.context.callbackWaitsForEmptyEventLoop) this.settled();
  };

  succeed(result) {
    if (this.isDone) return;
    let payload;
    try {
      payload = JSON.stringify(result === undefined ? null : result) ?? "null";
    } catch {
      this.fail(new RuntimeError("Runtime.MarshalError", "Unable to stringify response body"));
      return;
    }
    this.reply(payload);
  }

  /** @param {string | Uint8Array} payload */
  reply(payload) {
    if (this.isDone) return;
    this.finish();
    client.sendResponse(this.requestId, payload);
  }

  fail(error) {
    if (this.isDone) return;
    logFailure("Invoke Error", errorLogText(error));
    this.finish();
    const document = errorDocument(error);
    client.sendError(this.requestId, wireType(document), JSON.stringify(document));
  }

  finish() {
    this.isDone = true;
    current = undefined;
    client.keepLoopAlive();
  }
}

export async function main() {
  patchConsole();
  provideGlobal();
  process.on("uncaughtException", (error) => crash("Uncaught Exception", error, UNCAUGHT_EXCEPTION_STATUS));
  process.on("unhandledRejection", (reason) => {
    const message = reason instanceof Error ? `${reason}` : String(reason);
    const error = new RuntimeError("Runtime.UnhandledPromiseRejection", message, reason);
    crash("Unhandled Promise Rejection", error, UNHANDLED_REJECTION_STATUS);
  });
  process.on("beforeExit", onEmptyLoop);
  client = new Client(serve, () => process.exit(0));
  try {
    const loaded = await loadHandler(
      process.env.LAMBDA_TASK_ROOT ?? process.cwd(),
      process.env._HANDLER ?? "",
    );
    refuseCallback(loaded);
    handler = loaded;
  } catch (error) {
    crash("Uncaught Exception", error, 1);
    return;
  }
  client.sendReady();
}

/** Source: "Define Lambda function handler in Node.js" page. @param {Function} loaded */
function refuseCallback(loaded) {
  const declared = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? "")?.[1] ?? 0);
  if (declared < CALLBACKS_END_WITH || isStreaming(loaded) || loaded.length < 3) return;
  throw new RuntimeError(
    "Runtime.CallbackHandlerDeprecated",
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
      "You need to modify this function to use a supported handler signature to use Node.js 24 or later.",
  );
}

/**
 * @param {import("./client.mjs").InvocationMeta} meta
 * @param {Buffer} event
 */
function serve(meta, event) {
  setCurrentRequest(meta.requestId, meta.tenantId);
  if (meta.traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = meta.traceId;
  const invocation = new Invocation(meta);
  current = invocation;
  client.letLoopEnd();
  try {
    const parsed = JSON.parse(event.toString("utf8"));
    if (isStreaming(handler)) {
      invocation.isAsync = true;
      runStreaming(handler, parsed, invocation.context).then(
        (payload) => invocation.reply(payload),
        (error) => invocation.fail(error),
      );
      return;
    }
    const result = handler(parsed, invocation.context, invocation.callback);
    if (typeof result?.then === "function") {
      invocation.isAsync = true;
      result.then(
        (value) => invocation.succeed(value),
        (error) => invocation.fail(error),
      );
    }
  } catch (error) {
    invocation.fail(error);
  }
}

/** Nothing is left to happen: what a callback-style handler held back goes out, a promise will never settle. */
function onEmptyLoop() {
  const invocation = current;
  if (invocation === undefined) return;
  if (invocation.settled !== undefined) invocation.settled();
  else if (!invocation.isAsync) invocation.succeed(null);
  else {
    const error = new RuntimeError(
      "Runtime.NodeJsExit",
      "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise " +
        "that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
    );
    invocation.fail(error);
  }
}

/** The process is in an unknown state: say why, for the invocation at hand or the init, and go. */
function crash(what, error, status) {
  logFailure(what, errorLogText(error));
  const exit = () => process.exit(status);
  const document = errorDocument(error);
  const payload = JSON.stringify(document);
  if (current !== undefined) client.sendFatal(current.requestId, wireType(document), payload, exit);
  else if (handler === undefined) client.sendInitError(wireType(document), payload, exit);
  else exit();
}
