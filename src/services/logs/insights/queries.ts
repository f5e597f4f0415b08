/** The queries that were started since the server was: their states and results, kept in memory and within bounds. */
import { randomUUID } from "node:crypto";
import type { QueryStatistics, QueryStatus } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import { ApiError } from "../../../errors/mod.ts";
import type { Clock } from "../../../kit/mod.ts";
import type { Scope } from "../../../model/mod.ts";
import type { LogJobs } from "../../../store/mod.ts";
import { limitExceeded } from "../errors.ts";
import type { QueryOptions, QueryProgress, QueryResult } from "../jobs/query.job.ts";
import type { ResultRow } from "./pipeline.ts";
import { QueryError } from "./query-error.ts";

const JOB = new URL("../jobs/query.job.ts", import.meta.url).href;

export interface Query {
  readonly id: string;
  readonly options: QueryOptions;
  readonly createdAtMs: number;
  status: QueryStatus;
  progress: QueryProgress;
  rows: readonly ResultRow[];
  endedAtMs: number | undefined;
  readonly abort: AbortController;
}

export interface QueriesOptions {
  readonly jobs: LogJobs;
  readonly clock: Clock;
  readonly reportFault: (error: unknown) => void;
}

export class Queries {
  readonly #options: QueriesOptions;
  /** Oldest first. */
  readonly #queries = new Map<string, Query>();
  #running = 0;
  #rows = 0;

  constructor(options: QueriesOptions) {
    this.#options = options;
  }

  /** Throws MalformedQueryException, LimitExceededException. */
  async start(options: QueryOptions): Promise<Query> {
    await checkQuery(options.text);
    if (this.#running >= LOGS_LIMITS.insightsRunningMax) throw limitExceeded();
    const query: Query = {
      ...{ id: randomUUID(), options, createdAtMs: this.#options.clock.nowMs(), status: "Running" },
      ...{ progress: { recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 }, rows: [] },
      ...{ endedAtMs: undefined, abort: new AbortController() },
    };
    this.#queries.set(query.id, query);
    this.#running++;
    void this.#run(query);
    return query;
  }

  find(scope: Scope, id: string): Query | undefined {
    const query = this.#queries.get(id);
    return query && isOf(scope, query) ? query : undefined;
  }

  /** Newest first. */
  list(scope: Scope): Query[] {
    return [...this.#queries.values()].filter((query) => isOf(scope, query)).reverse();
  }

  /** False when it does not run. */
  stop(query: Query): boolean {
    if (query.status !== "Running") return false;
    this.#end(query, "Cancelled");
    query.abort.abort();
    return true;
  }

  close(): void {
    for (const query of this.#queries.values()) this.stop(query);
  }

  async #run(query: Query): Promise<void> {
    const { jobs, clock, reportFault } = this.#options;
    const timeout = clock.after(LOGS_LIMITS.insightsMsMax, () => {
      if (query.status !== "Running") return;
      this.#end(query, "Timeout");
      query.abort.abort();
    });
    try {
      const onProgress = (progress: unknown) => {
        query.progress = progress as QueryProgress;
      };
      const { signal } = query.abort;
      const result = (await jobs.run({
        module: JOB,
        options: query.options,
        onProgress,
        signal,
      })) as QueryResult;
      if (query.status === "Running") {
        const { rows, ...progress } = result;
        query.rows = rows;
        query.progress = progress;
        this.#end(query, "Complete");
      }
    } catch (error) {
      if (query.status === "Running") {
        reportFault(new Error(`Query ${query.id} failed.`, { cause: error }));
        this.#end(query, "Failed");
      }
    }
    timeout.cancel();
  }

  #end(query: Query, status: QueryStatus): void {
    query.status = status;
    query.endedAtMs = this.#options.clock.nowMs();
    this.#running--;
    this.#rows += query.rows.length;
    for (const old of this.#queries.values()) {
      const { insightsRememberedMax, insightsRememberedRowsMax } = LOGS_LIMITS;
      if (this.#queries.size <= insightsRememberedMax && this.#rows <= insightsRememberedRowsMax) break;
      if (old.status === "Running" || old === query) continue;
      this.#queries.delete(old.id);
      this.#rows -= old.rows.length;
    }
  }
}

export function statisticsOf({ progress, options, rows }: Query): QueryStatistics {
  return {
    ...progress,
    estimatedRecordsSkipped: 0,
    estimatedBytesSkipped: 0,
    logGroupsScanned: options.groups.length,
    resultCount: rows.length,
  };
}

/** Throws MalformedQueryException, whose members say where. */
async function checkQuery(text: string): Promise<void> {
  // Read when it is first needed: a server that nobody asks holds less.
  const { parseQuery } = await import("./query.ts");
  try {
    parseQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new ApiError("MalformedQueryException", error.message, {
      queryCompileError: {
        location: { startCharOffset: error.start, endCharOffset: error.end },
        message: error.message,
      },
    });
  }
}

function isOf({ accountId, region }: Scope, { options }: Query): boolean {
  return options.scope.accountId === accountId && options.scope.region === region;
}
