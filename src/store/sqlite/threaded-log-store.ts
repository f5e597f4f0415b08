/** The log store of a server: reads on its thread, writes on another, so that no commit holds up an invocation. */
import { LOGS_LIMITS } from "../../config/mod.ts";
import { type Clock, KeyedMutex } from "../../kit/mod.ts";
import type { LogStreamRef, Scope } from "../../model/mod.ts";
import type { LogFilterKind, LogFilterQuery, LogFilterRecord, LogFilterStore } from "../log-filter-store.ts";
import type {
  LogAppend,
  LogEventPage,
  LogEventQuery,
  LogGroupQuery,
  LogGroupRecord,
  LogGroupSettings,
  LogStore,
  LogStreamQuery,
  LogStreamRecord,
} from "../log-store.ts";
import { SqliteLogStore, type SqliteLogStoreOptions } from "./log-store.ts";
import { LogWriteThread } from "./log-write-thread.ts";

/** What is written is in the database, and read from here on, when the writing call has resolved. */
export class ThreadedLogStore implements LogStore, LogFilterStore {
  /** Brings the file to the newest schema, and changes nothing afterwards. */
  readonly #reads: SqliteLogStore;
  readonly #writes: LogWriteThread;
  readonly #changes = new KeyedMutex();

  constructor(
    file: string,
    clock: Clock,
    { storedBytesMax = LOGS_LIMITS.storedBytesMax }: Pick<SqliteLogStoreOptions, "storedBytesMax"> = {},
  ) {
    this.#reads = new SqliteLogStore(file, { storedBytesMax, readsOnly: true });
    this.#writes = new LogWriteThread({ file, storedBytesMax }, clock);
  }

  createGroup(scope: Scope, group: LogGroupRecord): Promise<boolean> {
    return this.#writes.call("createGroup", plain(scope), group);
  }

  deleteGroup(scope: Scope, name: string): Promise<boolean> {
    return this.#writes.call("deleteGroup", plain(scope), name);
  }

  findGroup(scope: Scope, name: string): Promise<LogGroupRecord | undefined> {
    return this.#reads.findGroup(scope, name);
  }

  listGroups(scope: Scope, query: LogGroupQuery): Promise<LogGroupRecord[]> {
    return this.#reads.listGroups(scope, query);
  }

  /** A function cannot go to another thread: changes of a group wait for each other here. */
  updateGroup(
    scope: Scope,
    name: string,
    change: (group: LogGroupRecord) => Partial<LogGroupSettings>,
  ): Promise<boolean> {
    return this.#changes.run(`${scope.accountId}/${scope.region}/${name}`, async () => {
      const group = await this.#reads.findGroup(scope, name);
      return group !== undefined && this.#writes.call("setGroup", plain(scope), name, change(group));
    });
  }

  createStream(ref: LogStreamRef, createdAtMs: number): Promise<boolean> {
    return this.#writes.call("createStream", plainRef(ref), createdAtMs);
  }

  deleteStream(ref: LogStreamRef): Promise<boolean> {
    return this.#writes.call("deleteStream", plainRef(ref));
  }

  findStream(ref: LogStreamRef): Promise<LogStreamRecord | undefined> {
    return this.#reads.findStream(ref);
  }

  listStreams(scope: Scope, group: string, query: LogStreamQuery): Promise<LogStreamRecord[]> {
    return this.#reads.listStreams(scope, group, query);
  }

  append(batch: readonly LogAppend[], ingestedAtMs: number): Promise<void> {
    const sent = batch.map(({ stream, events }) => ({ stream: plainRef(stream), events }));
    return this.#writes.call("append", sent, ingestedAtMs);
  }

  queryEvents(scope: Scope, group: string, query: LogEventQuery): Promise<LogEventPage> {
    return this.#reads.queryEvents(scope, group, query);
  }

  enforceBounds(nowMs: number, bytesMax: number): Promise<number> {
    return this.#writes.call("enforceBounds", nowMs, bytesMax);
  }

  putFilter(filter: LogFilterRecord): Promise<boolean> {
    return this.#writes.call("putFilter", filter);
  }

  deleteFilter(scope: Scope, group: string, kind: LogFilterKind, name: string): Promise<boolean> {
    return this.#writes.call("deleteFilter", plain(scope), group, kind, name);
  }

  listFilters(scope: Scope | undefined, query: LogFilterQuery): Promise<LogFilterRecord[]> {
    return this.#reads.listFilters(scope, query);
  }

  async close(): Promise<void> {
    await this.#writes.close();
    await this.#reads.close();
  }
}

function plainRef({ accountId, region, group, stream }: LogStreamRef): LogStreamRef {
  return { accountId, region, group, stream };
}

/** Callers hand over whole request contexts, which have functions in them. */
function plain({ accountId, region }: Scope): Scope {
  return { accountId, region };
}
