/**
 * console.* as Lambda writes it. stdout and stderr are one pipe to the platform, one event a line; a record of several
 * lines stays one event because each of its inner lines ends with U+001F before the newline.
 *
 * All writes are synchronous, as the function's own to stdout and stderr are made here: what was logged is in the pipe
 * before the reply is sent, and before a process that ends is gone.
 */
import { writeSync } from "node:fs";
import { format } from "node:util";
import { asError, errorLogText, errorMembers, isError } from "./errors.mjs";

const LOG_DESCRIPTOR = 1;
const FULL_PIPE_WAIT_MS = 1;
const LEVELS = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
/** @type {[string, keyof typeof LEVELS][]} */
const METHODS = [
  ["trace", "TRACE"],
  ["debug", "DEBUG"],
  ["info", "INFO"],
  ["log", "INFO"],
  ["warn", "WARN"],
  ["error", "ERROR"],
  ["fatal", "FATAL"],
];

let isJson = false;

/** The request that records belong to. @type {{ requestId: string | undefined, tenantId: string | undefined }} */
const current = { requestId: undefined, tenantId: undefined };

/**
 * @param {string} requestId
 * @param {string | undefined} tenantId
 */
export function setCurrentRequest(requestId, tenantId) {
  current.requestId = requestId;
  current.tenantId = tenantId;
}

/** In the format and from the level that the function's variables say. */
export function patchConsole() {
  const { AWS_LAMBDA_LOG_FORMAT, AWS_LAMBDA_LOG_LEVEL } = process.env;
  isJson = AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
  const leastLevel = LEVELS[AWS_LAMBDA_LOG_LEVEL?.toUpperCase() ?? ""] ?? LEVELS.TRACE;
  for (const [method, level] of METHODS) {
    console[method] = LEVELS[level] < leastLevel ? () => {} : (...args) => writeRecord(level, args);
  }
}

/**
 * Makes process.stdout and process.stderr write at once when the function first uses them. Node's streams on pipes
 * queue what the pipe has no room for, and drop it when the process ends (observed with 18 to 24).
 */
export function makeStreamsSynchronous() {
  for (const name of ["stdout", "stderr"]) {
    const own = Object.getOwnPropertyDescriptor(process, name);
    if (own?.get === undefined || !own.configurable) continue;
    Object.defineProperty(process, name, {
      ...own,
      get: () => {
        Object.defineProperty(process, name, own);
        const stream = process[name];
        stream._handle?.setBlocking?.(true);
        return stream;
      },
    });
  }
}

/**
 * An error that ends an invocation or the runtime.
 * @param {string} what for example `Invoke Error`
 * @param {unknown} error
 */
export function logFailure(what, error) {
  if (isJson) writeRecord("ERROR", [asError(error)]);
  else
    writeEvent(`${new Date().toISOString()}\t${current.requestId}\tERROR\t${what} \t${errorLogText(error)}`);
}

/**
 * @param {string} level
 * @param {unknown[]} args
 */
function writeRecord(level, args) {
  if (isJson) writeEvent(jsonRecord(level, args));
  else writeEvent(`${new Date().toISOString()}\t${current.requestId}\t${level}\t${format(...args)}`);
}

/**
 * Keys and their order are AWS's (recorded).
 * @param {string} level
 * @param {unknown[]} args
 */
function jsonRecord(level, args) {
  const { requestId, tenantId } = current;
  /** @type {Record<string, unknown>} */
  const record = { timestamp: new Date().toISOString(), level, requestId, ...(tenantId && { tenantId }) };
  if (args.length === 1) {
    try {
      return JSON.stringify({ ...record, message: args[0] }, withErrors);
    } catch {
      // Circular, a big integer: shown as Node shows them.
    }
  }
  record.message = format(...args);
  const error = args.find(isError);
  if (error !== undefined && args.length > 1) Object.assign(record, errorMembers(error));
  return JSON.stringify(record);
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function withErrors(_key, value) {
  return isError(value) ? Object.assign(errorMembers(value), value) : value;
}

/** One event, whatever newlines are in it. @param {string} text */
function writeEvent(text) {
  let rest = Buffer.from(`${text.replaceAll("\n", "\x1f\n")}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(LOG_DESCRIPTOR, rest));
    } catch (error) {
      // The descriptor was closed, or the platform is gone: nobody reads this.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EAGAIN") return;
      // A program that the function started shares the pipe and made it non-blocking.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_WAIT_MS);
    }
  }
}
