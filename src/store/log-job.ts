/**
 * Long reading of many log events, away from the server's thread. A job is a module of its own: its default export is a
 * `LogJob`, which runs where the events are and gives back what can be copied between threads.
 */
import type { Scope } from "../model/mod.ts";
import type { LogEventPage, LogEventQuery } from "./log-store.ts";

/** An event as it lies there: cheap, because millions pass. */
export type ScannedEvent = readonly [
  sequence: number,
  streamId: number,
  timestampMs: number,
  ingestedAtMs: number,
  message: string,
];

export interface LogScan {
  /** Inclusive and exclusive, epoch milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly descending: boolean;
  /** Events that contain none of these texts are passed over without being given. */
  readonly anyOf?: readonly string[] | undefined;
}

export interface LogReading {
  /** As `LogStore.queryEvents`. */
  queryEvents(scope: Scope, group: string, query: LogEventQuery): Promise<LogEventPage>;
  /** All events of a group in the order of time, in slices of some milliseconds' work each. */
  slices(scope: Scope, group: string, scan: LogScan): Iterable<readonly ScannedEvent[]>;
  /** How many events the group has in that time. */
  count(scope: Scope, group: string, scan: LogScan): number;
  /** Empty for a stream that was deleted meanwhile. */
  streamName(streamId: number): string;
}

export interface JobControl {
  /** True when nobody wants the result any more. To be asked between slices. */
  readonly isStopped: boolean;
  /** Lets other jobs, and word that this one is to stop, come through. */
  breathe(): Promise<void>;
  /** Told to whoever started the job. */
  report(progress: unknown): void;
}

export type LogJob<Options = never, Result = unknown> = (
  reading: LogReading,
  options: Options,
  control: JobControl,
) => Promise<Result>;

export interface LogJobRequest {
  /** The job's module, as a file URL. */
  readonly module: string;
  readonly options: unknown;
  readonly onProgress?: ((progress: unknown) => void) | undefined;
  /** Aborted: the job ends at its next breath, or is ended, and the promise rejects. */
  readonly signal?: AbortSignal | undefined;
}

export interface LogJobs {
  run(request: LogJobRequest): Promise<unknown>;
}
