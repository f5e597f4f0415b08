/** The contract of what keeps CloudWatch log groups, streams and events. */
import type { LogEvent, LogStreamRef, Scope } from "../model/mod.ts";

export interface LogGroupRecord {
  readonly name: string;
  readonly createdAtMs: number;
  /** Undefined keeps events for ever. */
  readonly retentionDays: number | undefined;
  /** Message bytes and the fixed overhead of each event. */
  readonly storedBytes: number;
  readonly kmsKeyId: string | undefined;
  readonly logGroupClass: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LogStreamRecord {
  readonly name: string;
  readonly createdAtMs: number;
  readonly firstEventMs: number | undefined;
  readonly lastEventMs: number | undefined;
  readonly lastIngestionMs: number | undefined;
}

/** A place in the total order of a group's events: time first, then arrival. */
export interface LogPosition {
  readonly timestampMs: number;
  readonly sequence: number;
}

export interface StoredLogEvent extends LogEvent, LogPosition {
  readonly stream: string;
  readonly ingestedAtMs: number;
}

export interface LogAppend {
  readonly stream: LogStreamRef;
  readonly events: readonly LogEvent[];
}

export interface LogEventQuery {
  /** Undefined: every stream of the group. */
  readonly streams?: readonly string[] | undefined;
  /** Inclusive, epoch milliseconds. */
  readonly fromMs?: number | undefined;
  /** Exclusive, epoch milliseconds. */
  readonly untilMs?: number | undefined;
  /** Only what comes after it (before it when descending). */
  readonly after?: LogPosition | undefined;
  readonly descending: boolean;
  readonly limit: number;
}

export interface LogGroupQuery {
  readonly prefix?: string | undefined;
  /** A part of the name, anywhere, case counts. */
  readonly contains?: string | undefined;
  readonly afterName?: string | undefined;
  readonly limit: number;
}

export interface LogStore {
  /** False when the group exists already. */
  createGroup(scope: Scope, group: LogGroupRecord): Promise<boolean>;
  /** With all its streams and events; false when it is not there. */
  deleteGroup(scope: Scope, name: string): Promise<boolean>;
  findGroup(scope: Scope, name: string): Promise<LogGroupRecord | undefined>;
  /** Names ascending. */
  listGroups(scope: Scope, query: LogGroupQuery): Promise<LogGroupRecord[]>;
  /** False when the group is not there. */
  setRetention(scope: Scope, name: string, retentionDays: number | undefined): Promise<boolean>;
  /** False when the stream exists already. The group must be there. */
  createStream(ref: LogStreamRef, createdAtMs: number): Promise<boolean>;
  deleteStream(ref: LogStreamRef): Promise<boolean>;
  findStream(ref: LogStreamRef): Promise<LogStreamRecord | undefined>;
  /** Names ascending. */
  listStreams(scope: Scope, group: string, prefix: string | undefined): Promise<LogStreamRecord[]>;
  /** Creates what is missing of groups and streams; one transaction. */
  append(batch: readonly LogAppend[], ingestedAtMs: number): Promise<void>;
  queryEvents(scope: Scope, group: string, query: LogEventQuery): Promise<StoredLogEvent[]>;
  /**
   * Drops what is older than its group's retention, then the oldest events of all until no more than `bytesMax` are
   * kept. Returns how many events went.
   */
  enforceBounds(nowMs: number, bytesMax: number): Promise<number>;
  close(): Promise<void>;
}
