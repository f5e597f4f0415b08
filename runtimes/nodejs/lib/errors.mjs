/** The only encoding of errors; it never throws itself. Source of keys, order and texts: recorded answers of AWS. */

/** The handler cannot be had, or the runtime's rules were broken: its name is the wire's error type. */
export class RuntimeError extends Error {
  /**
   * @param {string} errorType for example `Runtime.HandlerNotFound`
   * @param {string} message
   * @param {unknown} [cause] whose place in the function's code is shown instead of ours
   */
  constructor(errorType, message, cause) {
    super(message);
    // Not enumerable: what can be enumerated is what the log shows of an error beside its message.
    Object.defineProperty(this, "name", { value: errorType });
    const own = `${errorType}: ${message}`;
    this.stack = [own, ...placeOf(cause)].join("\n");
  }
}

/**
 * @typedef {object} ErrorDocument The error payload.
 * @property {string} errorType
 * @property {string} errorMessage
 * @property {string[]} trace
 */

/**
 * @param {unknown} error anything that can be thrown
 * @returns {ErrorDocument}
 */
export function errorDocument(error) {
  try {
    if (!isError(error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
    const { name, message, stack } = error;
    return {
      errorType: escaped(String(name ?? "Error")),
      errorMessage: escaped(String(message ?? "")),
      trace: typeof stack === "string" ? escaped(stack).split("\n") : [],
    };
  } catch {
    return {
      errorType: "handled",
      errorMessage:
        "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
      trace: [],
    };
  }
}

/**
 * What the log shows of an error: its type and message, its own further properties, its stack.
 * @param {unknown} error
 * @returns {string} JSON
 */
export function errorLogText(error) {
  try {
    const text = JSON.stringify(asError(error), (_key, value) => (isError(value) ? described(value) : value));
    if (text !== undefined) return text;
  } catch {
    // Circular, or a property that cannot be read: what the caller gets is shown.
  }
  return JSON.stringify(errorDocument(error));
}

/**
 * For log records that carry errors among other values.
 * @param {Error} error
 * @returns {{ errorType: string, errorMessage: string, stackTrace: string[] }}
 */
export function errorMembers(error) {
  const { errorMessage, trace } = errorDocument(error);
  let errorType = "UnknownError";
  try {
    errorType = error.constructor.name;
  } catch {
    // An error without a prototype.
  }
  return { errorType, errorMessage, stackTrace: trace };
}

/**
 * What was thrown, as the log shows it: the error, or one made of the value.
 * @param {unknown} value
 * @returns {Error}
 */
export function asError(value) {
  if (isError(value)) return value;
  const { errorMessage } = errorDocument(value);
  const error = new Error(errorMessage);
  error.stack = `Error: ${errorMessage}`;
  return error;
}

/**
 * Errors of another realm (`node:vm`) are errors too.
 * @param {unknown} value
 * @returns {value is Error}
 */
export function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/** @param {Error & { code?: unknown }} error */
function described(error) {
  const { name, message, code, stack } = error;
  const shown = Object.assign({ errorType: name, errorMessage: message, code }, error);
  return typeof stack === "string" ? Object.assign(shown, { stack: stack.split("\n") }) : shown;
}

/**
 * The lines of an error's stack but for its own text; none for what is no error.
 * @param {unknown} error
 * @returns {string[]}
 */
function placeOf(error) {
  try {
    if (!isError(error) || typeof error.stack !== "string") return [];
    const lines = error.stack.replace(String(error), "").split("\n");
    return lines.filter((line) => line.trim() !== "");
  } catch {
    return [];
  }
}

/** AWS's runtime writes DEL this way (observed in its output). @param {string} text */
function escaped(text) {
  return text.replaceAll("\x7f", "%7F");
}
