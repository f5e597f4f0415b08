/** The order of things in a Node.js environment: load the handler, say ready, then one invocation after the other. */
import { Client } from "./client.mjs";
import { noteLoaded, noteReply, openCompileCache } from "./compile-cache.mjs";
import { errorDocument, RuntimeError } from "./errors.mjs";
import { loadHandler } from "./handler-loader.mjs";
import { Invocation } from "./invocation.mjs";
import { logFailure, makeStreamsSynchronous, patchConsole, setCurrentRequest } from "./log-output.mjs";
import { waitForFunction } from "./parking.mjs";
import { isStreaming, provideGlobal } from "./response-stream.mjs";

const INIT_FAILED_STATUS = 1;
const UNHANDLED_REJECTION_STATUS = 128;
const UNCAUGHT_EXCEPTION_STATUS = 129;
/** From this runtime on AWS has only handlers that return their result. Source: Node.js 24 runtime announcement. */
const CALLBACKS_END_WITH = 24;
const CALLBACK_PARAMETERS = 3;

/**
 * @typedef {object} LoadedHandler
 * @property {Function} call
 * @property {boolean} takesCallback
 * @property {boolean} streams
 */

/** @type {Client} */
let client;
/** @type {LoadedHandler | undefined} */
let handler;
/** @type {Invocation | undefined} */
let current;
let isCrashing = false;

export async function main() {
  waitForFunction();
  openCompileCache();
  patchConsole();
  makeStreamsSynchronous();
  provideGlobal();
  process.on("uncaughtException", (error) => crash("Uncaught Exception", error, UNCAUGHT_EXCEPTION_STATUS));
  process.on("unhandledRejection", (reason, promise) => {
    const error = rejectionError(reason, promise);
    crash("Unhandled Promise Rejection", error, UNHANDLED_REJECTION_STATUS);
  });
  process.on("beforeExit", () => current?.onEmptyLoop());
  client = new Client(serve, () => process.exit(0));
  try {
    handler = described(
      await loadHandler(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), process.env._HANDLER ?? ""),
    );
  } catch (error) {
    crash("Uncaught Exception", error, INIT_FAILED_STATUS);
    return;
  }
  noteLoaded();
  client.keepLoopAlive();
  client.sendReady();
}

/**
 * @param {import("./client.mjs").InvocationMeta} meta
 * @param {string} event
 */
function serve(meta, event) {
  if (handler === undefined) return;
  setCurrentRequest(meta.requestId, meta.tenantId);
  setTrace(meta.traceId);
  client.letLoopEnd();
  current = new Invocation(meta, client, onReply);
  current.run(handler, event);
}

function onReply() {
  current = undefined;
  client.keepLoopAlive();
  noteReply(client);
}

/**
 * Throws RuntimeError when the runtime does not take such a handler.
 * @param {Function} call
 * @returns {LoadedHandler}
 */
function described(call) {
  const streams = isStreaming(call);
  const takesCallback = runtimeVersion() < CALLBACKS_END_WITH;
  if (!takesCallback && !streams && call.length >= CALLBACK_PARAMETERS) {
    throw new RuntimeError(
      "Runtime.CallbackHandlerDeprecated",
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
        "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
        "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
    );
  }
  return { call, takesCallback, streams };
}

/** Of the runtime that the function asks for, which a neighbouring Node.js may be standing in for. */
function runtimeVersion() {
  const declared = /nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? "")?.[1];
  return Number(declared ?? process.versions.node.split(".")[0]);
}

/** Variables live outside of JavaScript and are slow to touch: untraced functions do not. @type {string | undefined} */
let traceId;

/** @param {string | undefined} next */
function setTrace(next) {
  if (next === traceId) return;
  traceId = next;
  if (next === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = next;
}

/**
 * @param {unknown} reason
 * @param {Promise<unknown>} promise
 */
function rejectionError(reason, promise) {
  let message = "";
  try {
    message = String(reason);
  } catch {
    message = errorDocument(reason).errorMessage;
  }
  const error = new RuntimeError("Runtime.UnhandledPromiseRejection", message, reason);
  return Object.assign(error, { reason, promise });
}

/**
 * The process is in an unknown state: say why, for the invocation at hand or the init, and go.
 * @param {string} what
 * @param {unknown} error
 * @param {number} status
 */
function crash(what, error, status) {
  logFailure(what, error);
  if (isCrashing) return;
  isCrashing = true;
  const exit = () => process.exit(status);
  if (current !== undefined) {
    current.sendFatal(error, exit);
    current = undefined;
  } else if (handler === undefined) {
    const document = errorDocument(error);
    client.sendInitError(document.errorType, JSON.stringify(document), exit);
  } else {
    exit();
  }
}
