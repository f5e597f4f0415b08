/** The only encoding of errors; it never throws itself. Source of keys, order and texts: recorded answers of AWS. */

/** The handler cannot be had, or the platform's rules were broken: its name is the wire's error type. */
export class RuntimeError extends Error {
  /**
   * @param {string} errorType for example `Runtime.HandlerNotFound`
   * @param {string} message
   * @param {unknown} [cause] whose stack is shown instead of ours
   */
  constructor(errorType, message, cause) {
    super(message);
    this.name = errorType;
    if (cause instanceof Error && cause.stack) this.stack = cause.stack;
  }
}

/**
 * @param {unknown} error anything that can be thrown
 * @returns {{ errorType: string, errorMessage: string, trace: string[] }}
 */
export function errorDocument(error) {
  try {
    if (isErrorLike(error)) {
      const { name, message, stack } = /** @type {Error} */ (error);
      return {
        errorType: escaped(String(name)),
        errorMessage: escaped(String(message)),
        trace: escaped(String(stack ?? "")).split("\n"),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
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
 * What the log shows of an error: the document with the error's own further properties.
 * @param {unknown} error
 * @returns {string} JSON
 */
export function errorLogText(error) {
  const { errorType, errorMessage, trace } = errorDocument(error);
  const entry = { errorType, errorMessage };
  try {
    if (isErrorLike(error)) Object.assign(entry, error);
  } catch {
    // A property that cannot be read is not shown.
  }
  const shown = { ...entry, errorType, errorMessage, stack: trace };
  try {
    return JSON.stringify(shown);
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace });
  }
}

/** @param {{ errorType: string }} document */
export function wireType(document) {
  return /^(Runtime|Function)\./.test(document.errorType)
    ? document.errorType
    : `Runtime.${document.errorType}`;
}

/** @param {unknown} error */
function isErrorLike(error) {
  return error instanceof Error || Object.prototype.toString.call(error) === "[object Error]";
}

/** AWS's runtime writes DEL this way (observed in its output). @param {string} text */
function escaped(text) {
  return text.replaceAll("\x7f", "%7F");
}
