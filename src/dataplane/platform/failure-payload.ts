/** The error JSON that the platform makes when a runtime could not. Source: answers recorded on AWS */
import os from "node:os";
import type { ExitStatus } from "../sandbox/sandbox.ts";

export interface PlatformFailure {
  readonly errorType: string;
  /** Follows `RequestId: <id> Error: `. */
  readonly reason: string;
}

export function failurePayload({ errorType, reason }: PlatformFailure, requestId: string): Buffer {
  return Buffer.from(JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${reason}` }));
}

/** `timeoutMs` is what was configured, not the time measured. */
export function timeoutFailure(timeoutMs: number): PlatformFailure {
  const reason = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return { errorType: "Sandbox.Timedout", reason };
}

const SIGNALLED = 128;
/** Exit codes that a process that ended by itself hardly ever has; our own runtimes use 128 and 129. */
const REPORTED_SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGILL: "illegal instruction",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGSYS: "bad system call",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap",
};

/** A sandbox reports the death of its first process by a signal as 128 plus the signal. */
export function exitFailure({ code, signal }: ExitStatus): PlatformFailure {
  const errorType = "Runtime.ExitError";
  const name = signal ?? signalOf(code ?? 0);
  if (name !== undefined) {
    return { errorType, reason: `Runtime exited with error: signal: ${REPORTED_SIGNALS[name] ?? name}` };
  }
  if (code === 0 || code === null) {
    return { errorType, reason: "Runtime exited without providing a reason" };
  }
  return { errorType, reason: `Runtime exited with error: exit status ${code}` };
}

function signalOf(code: number): string | undefined {
  return Object.keys(REPORTED_SIGNALS).find(
    (name) => os.constants.signals[name as NodeJS.Signals] === code - SIGNALLED,
  );
}

export function oversizedResponse(bytesMax: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      errorMessage: `Response payload size exceeded maximum allowed payload size (${bytesMax} bytes).`,
      errorType: "Function.ResponseSizeTooLarge",
    }),
  );
}
