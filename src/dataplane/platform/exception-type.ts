/** The name of the exception in a function's own error: the platform's word for it says less (`Runtime.Unknown`). */

/** Larger errors are not looked into: who wants a name must not pay for a document. */
const BYTES_MAX = 64 * 1024;
const CHARACTERS_MAX = 200;

/** Undefined where the payload has none, or is not what runtimes write. */
export function exceptionType(payload: Buffer): string | undefined {
  if (payload.length > BYTES_MAX) return undefined;
  try {
    const { errorType } = JSON.parse(payload.toString("utf8")) as { errorType?: unknown };
    return typeof errorType === "string" ? errorType.slice(0, CHARACTERS_MAX) : undefined;
  } catch {
    // A custom runtime may say what it likes.
    return undefined;
  }
}
