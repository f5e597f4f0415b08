/** Where the data plane sends what functions print; the storing side is in `observe/`. */

export interface LogStreamRef {
  readonly accountId: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
}

export interface LogEvent {
  /** Epoch milliseconds. */
  readonly timestampMs: number;
  /** One event as it is stored and returned. Lambda's own end with a newline, as on AWS. */
  readonly message: string;
}

export interface LogSink {
  /** Takes the events in order, never blocks and never throws. Group and stream come to be on first use. */
  write(stream: LogStreamRef, event: LogEvent): void;
}

/**
 * Sees each event as it is taken, before it is stored: what filters, live tails and embedded metrics hang on. Called on
 * the path of invocations: returns at once and never throws.
 */
export type LogTap = (stream: LogStreamRef, event: LogEvent) => void;
