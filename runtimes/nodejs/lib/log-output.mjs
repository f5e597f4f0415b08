/**
 * console.* as Lambda writes it. stdout and stderr are one pipe to the platform, one event a line; a record of several
 * lines stays one event because each of its inner lines ends with U+001F before the newline.
 */
import { format } from "node:util";
import { errorDocument } from "./errors.mjs";

const LEVELS = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
const METHODS = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR" };

/** @type {{ requestId: string | undefined, tenantId: string | undefined }} */
const current = { requestId: undefined, tenantId: undefined };

/**
 * @param {string} requestId
 * @param {string | undefined} tenantId
 */
export function setCurrentRequest(requestId, tenantId) {
  current.requestId = requestId;
  current.tenantId = tenantId;
}

const isJson = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";

export function patchConsole() {
  const least = isJson ? (LEVELS[process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() ?? ""] ?? LEVELS.INFO) : 0;
  for (const [method, level] of Object.entries(METHODS)) {
    console[method] = LEVELS[level] < least ? () => {} : (...args) => writeRecord(level, args);
  }
  console.fatal = (...args) => writeRecord("FATAL", args);
}

/**
 * An error that ends an invocation or the runtime.
 * @param {string} what for example `Invoke Error`
 * @param {string} text JSON
 */
export function logFailure(what, text) {
  if (isJson) writeRecord("ERROR", [JSON.parse(text)]);
  else writeEvent(`${new Date().toISOString()}\t${current.requestId}\tERROR\t${what} \t${text}`);
}

/**
 * @param {string} level
 * @param {unknown[]} args
 */
function writeRecord(level, args) {
  if (isJson) writeEvent(jsonRecord(level, args));
  else writeEvent(`${new Date().toISOString()}\t${current.requestId}\t${level}\t${format(...args)}`);
}

/** Keys and their order are AWS's (recorded). */
function jsonRecord(level, args) {
  const record = { timestamp: new Date().toISOString(), level, requestId: current.requestId };
  if (current.tenantId !== undefined) record.tenantId = current.tenantId;
  const [first] = args;
  if (args.length === 1) {
    const whole = { ...record, message: first instanceof Error ? described(first) : first };
    try {
      return JSON.stringify(whole, withErrors);
    } catch {
      return JSON.stringify({ ...record, message: format(first) });
    }
  }
  record.message = format(...args);
  const error = args.find((arg) => arg instanceof Error);
  if (error !== undefined) {
    const { errorType, errorMessage, stackTrace } = described(error);
    Object.assign(record, { errorType, errorMessage, stackTrace });
  }
  return JSON.stringify(record);
}

function withErrors(_key, value) {
  return value instanceof Error ? described(value) : value;
}

function described(error) {
  const { errorType, errorMessage, trace } = errorDocument(error);
  return { errorType, errorMessage, stackTrace: trace };
}

/** One event, whatever newlines are in it. On Linux writes to a pipe are synchronous. @param {string} text */
function writeEvent(text) {
  process.stdout.write(`${text.replaceAll("\n", "\x1f\n")}\n`);
}
