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
  /** True: the group cannot be deleted. */
  readonly isDeletionProtected: boolean;
}

/** What of a group may change after it was made. */
export type LogGroupSettings = Pick<LogGroupRecord, "retentionDays" | "tags" | "isDeletionProtected">;

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
  /** Undefined: every stream of the group. Names that do not exist are passed over. */
  readonly streams?: readonly string[] | undefined;
  readonly streamPrefix?: string | undefined;
  /** Inclusive, epoch milliseconds. */
  readonly fromMs?: number | undefined;
  /** Exclusive, epoch milliseconds. */
  readonly untilMs?: number | undefined;
  /** Only what comes after it (before it when descending). */
  readonly after?: LogPosition | undefined;
  readonly descending: boolean;
  /** Undefined: every message. Runs inside the scan, so that what does not match costs next to nothing. */
  readonly matches?: ((message: string) => boolean) | undefined;
  /** A message that matches contains one of these: a hint for stores that can skip the others faster. */
  readonly anyOf?: readonly string[] | undefined;
  /** Events of a page. */
  readonly limit: number;
  /** Bytes of a page, overhead included; the first event is given whatever its size. */
  readonly bytesMax: number;
  /** Events looked at for one page, whether they match or not. */
  readonly scanEventsMax: number;
  /** Time for one page, milliseconds. */
  readonly scanMsMax?: number | undefined;
}

export interface LogEventPage {
  /** In the order of the query. */
  readonly events: readonly StoredLogEvent[];
  /** `after` of the next page; undefined when nothing more can match. A page may be empty and still have it. */
  readonly next: LogPosition | undefined;
}

export interface LogGroupQuery {
  readonly prefix?: string | undefined;
  /** A part of the name, anywhere, case counts. */
  readonly contains?: string | undefined;
  readonly logGroupClass?: string | undefined;
  readonly afterName?: string | undefined;
  readonly limit: number;
}

export interface LogStreamQuery {
  readonly prefix?: string | undefined;
  /** `lastEvent` sorts by the time of the last event (0 where there is none), then by name. */
  readonly orderBy: "name" | "lastEvent";
  readonly descending: boolean;
  /** The last stream of the page before. */
  readonly after?: { readonly name: string; readonly lastEventMs: number } | undefined;
  readonly limit: number;
}

export interface LogStore {
  /** False when the group exists already. */
  createGroup(scope: Scope, group: LogGroupRecord): Promise<boolean>;
  /** It is gone at once; the room of its streams and events comes back by and by. False when it is not there. */
  deleteGroup(scope: Scope, name: string): Promise<boolean>;
  findGroup(scope: Scope, name: string): Promise<LogGroupRecord | undefined>;
  /** Names ascending. */
  listGroups(scope: Scope, query: LogGroupQuery): Promise<LogGroupRecord[]>;
  /** Reads, changes and writes in one step. False when the group is not there. */
  updateGroup(
    scope: Scope,
    name: string,
    change: (group: LogGroupRecord) => Partial<LogGroupSettings>,
  ): Promise<boolean>;
  /** False when the stream exists already. The group must be there. */
  createStream(ref: LogStreamRef, createdAtMs: number): Promise<boolean>;
  deleteStream(ref: LogStreamRef): Promise<boolean>;
  findStream(ref: LogStreamRef): Promise<LogStreamRecord | undefined>;
  listStreams(scope: Scope, group: string, query: LogStreamQuery): Promise<LogStreamRecord[]>;
  /** Creates what is missing of groups and streams; one transaction. */
  append(batch: readonly LogAppend[], ingestedAtMs: number): Promise<void>;
  queryEvents(scope: Scope, group: string, query: LogEventQuery): Promise<LogEventPage>;
  /**
   * Finishes earlier deletes, drops what is older than its group's retention, then the events that came first until
   * no more than `bytesMax` are kept. Returns how many events of living groups went.
   */
  enforceBounds(nowMs: number, bytesMax: number): Promise<number>;
  close(): Promise<void>;
}
