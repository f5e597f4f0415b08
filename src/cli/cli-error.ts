/** What ends a command with a sentence instead of a stack, and how failures of others are worded. */

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

/** The message is one clear sentence (or a few) for whoever typed the command. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode = EXIT_FAILURE) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function usageError(message: string): CliError {
  return new CliError(message, EXIT_USAGE);
}

const UNREACHABLE = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]);
/** The server was there and went away. */
const BROKEN = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** Whether nobody answers at the endpoint: Node.js hides that in causes and lists of errors. */
export function isUnreachable(error: unknown): boolean {
  return hasCode(error, UNREACHABLE);
}

/** Whether trying again may help: the server is not there, or went away while it was answering. */
export function isConnectionTrouble(error: unknown): boolean {
  return hasCode(error, UNREACHABLE) || hasCode(error, BROKEN);
}

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  if (!(error instanceof Error)) return false;
  const { code, cause, errors } = error as { code?: string; cause?: unknown; errors?: unknown[] };
  if (code !== undefined && codes.has(code)) return true;
  return hasCode(cause, codes) || (Array.isArray(errors) && errors.some((each) => hasCode(each, codes)));
}

/** For AWS's errors, whose name says more than their class. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** One line for any failure; undefined when it is a fault of this program, whose stack should be seen. */
export function wordsFor(error: unknown, endpoint: string): string | undefined {
  if (error instanceof CliError) return error.message;
  if (isUnreachable(error)) return `No server answers at ${endpoint}; \`lambkin up\` starts one.`;
  if (isConnectionTrouble(error)) return `The server at ${endpoint} went away in the middle of an answer.`;
  if (!(error instanceof Error)) return undefined;
  // A port that fetch refuses to speak to, a certificate it does not trust.
  if (error instanceof TypeError && error.message === "fetch failed") {
    return `${endpoint} cannot be reached: ${(error.cause as Error | undefined)?.message ?? error.message}.`;
  }
  const { $metadata, code, syscall } = error as { $metadata?: object; code?: string; syscall?: string };
  if ($metadata !== undefined) return `${error.name}: ${error.message}`;
  // Files that are not there or may not be read.
  if (code !== undefined && syscall !== undefined) return error.message;
  return undefined;
}
