/** The service as a whole: its operations, and what hangs on the log writer: filters with their subscribers. */
import type { Clock } from "../../kit/mod.ts";
import type { OperationTable, PutMetric } from "../../model/mod.ts";
import type { LogWriter } from "../../observe/mod.ts";
import type { LogFilterStore, LogJobs, LogStore } from "../../store/mod.ts";
import { Queries } from "./insights/queries.ts";
import { LiveTails } from "./live-tail/live-tails.ts";
import { LogFilters } from "./subscribers/log-filters.ts";
import type { SubscriptionTargets } from "./subscribers/subscription-filter.ts";
import { logsOperations } from "./table.ts";

export interface LogsOptions {
  readonly store: LogStore & LogFilterStore;
  readonly writer: LogWriter;
  readonly jobs: LogJobs;
  readonly clock: Clock;
  /** The functions that subscription filters feed. */
  readonly targets: SubscriptionTargets;
  /** Where the values of metric filters go. */
  readonly putMetric: PutMetric;
  /** Told of what goes wrong while nobody waits for it. */
  readonly reportFault: (error: unknown) => void;
}

export class Logs {
  readonly operations: OperationTable;
  readonly #filters: LogFilters;
  readonly #queries: Queries;
  readonly #liveTails: LiveTails;

  constructor(options: LogsOptions) {
    const { store, writer, jobs, clock, targets } = options;
    this.#filters = new LogFilters(options);
    writer.addTap(this.#filters.take);
    this.#queries = new Queries(options);
    this.#liveTails = new LiveTails(this.#filters, clock);
    const parts = { store, writer, jobs, clock, targets };
    const own = { filters: this.#filters, queries: this.#queries, liveTails: this.#liveTails };
    this.operations = logsOperations({ ...parts, ...own });
  }

  /** Filters of an earlier run are in force again. */
  async open(): Promise<void> {
    await this.#filters.open();
  }

  /** Resolves when what has been printed so far has reached subscribers and metrics. */
  async flush(): Promise<void> {
    await this.#filters.flush();
  }

  /** Those who watch are sent away: a server that stops does not wait for them. */
  endTails(): void {
    this.#liveTails.close();
  }

  /** To be called while functions can still be invoked. */
  async close(): Promise<void> {
    this.#queries.close();
    await this.#filters.close();
  }
}
