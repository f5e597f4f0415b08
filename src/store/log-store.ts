/** The contract of what keeps CloudWatch log groups, streams and events. */
import type { LogEvent, LogStreamRef } from "../model/mod.ts";

export interface LogScope {
  readonly accountId: string;
  readonly region: string;
}

export interface LogGroupRecord {
  readonly name: string;
  readonly createdAtMs: number;
  /** Undefined keeps events for ever. */
  readonly retentionDays: number | undefined;
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

/** A stored event; `id` orders events of one group totally (timestamp first, then arrival). */
export interface StoredLogEvent extends LogEvent {
  readonly id: string;
  readonly stream: string;
  readonly ingestedAtMs: number;
}

export interface LogAppend {
  readonly stream: LogStreamRef;
  readonly events: readonly LogEvent[];
}

export interface LogEventQuery {
  /** Undefined: every stream of the group. */
  readonly streams: readonly string[] | undefined;
  readonly streamPrefix: string | undefined;
  /** Inclusive, epoch milliseconds. */
  readonly fromMs: number | undefined;
  /** Exclusive for GetLogEvents, inclusive for FilterLogEvents; the caller adjusts. Exclusive here. */
  readonly untilMs: number | undefined;
  /** Only events after this id (ascending) or before it (descending). */
  readonly afterId: string | undefined;
  readonly descending: boolean;
  readonly limit: number;
}

export interface LogStore {
  /** False when the group exists already. */
  createGroup(scope: LogScope, group: LogGroupRecord): Promise<boolean>;
  deleteGroup(scope: LogScope, name: string): Promise<boolean>;
  findGroup(scope: LogScope, name: string): Promise<LogGroupRecord | undefined>;
  /** Names ascending, strictly after `afterName`. */
  listGroups(
    scope: LogScope,
    query: { prefix?: string; pattern?: string; afterName?: string; limit: number },
  ): Promise<LogGroupRecord[]>;
  updateGroup(scope: LogScope, group: LogGroupRecord): Promise<void>;
  /** False when the stream exists already. */
  createStream(ref: LogStreamRef, createdAtMs: number): Promise<boolean>;
  deleteStream(ref: LogStreamRef): Promise<boolean>;
  listStreams(scope: LogScope, group: string): Promise<LogStreamRecord[]>;
  findStream(ref: LogStreamRef): Promise<LogStreamRecord | undefined>;
  /** Creates missing groups and streams; one transaction. */
  append(batch: readonly LogAppend[], ingestedAtMs: number): Promise<void>;
  queryEvents(scope: LogScope, group: string, query: LogEventQuery): Promise<StoredLogEvent[]>;
  /** Drops what is older than its group's retention, then the oldest events beyond `bytesMax` in all. Returns events dropped. */
  enforceRetention(nowMs: number, bytesMax: number): Promise<number>;
  close(): Promise<void>;
}
