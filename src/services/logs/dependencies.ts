/** What the operations of CloudWatch Logs work with. */
import type { Clock } from "../../kit/mod.ts";
import type { LogWriter } from "../../observe/mod.ts";
import type { LogFilterStore, LogJobs, LogStore } from "../../store/mod.ts";
import type { Queries } from "./insights/queries.ts";
import type { LiveTails } from "./live-tail/live-tails.ts";
import type { LogFilters } from "./subscribers/log-filters.ts";
import type { SubscriptionTargets } from "./subscribers/subscription-filter.ts";

export interface LogsDependencies {
  readonly store: LogStore & LogFilterStore;
  /** Flushed before everything that looks at groups or events, so that it sees what functions have printed. */
  readonly writer: Pick<LogWriter, "flush" | "show">;
  readonly clock: Clock;
  /** For what looks at more events than the server's thread has time for. */
  readonly jobs: LogJobs;
  readonly queries: Queries;
  readonly liveTails: LiveTails;
  readonly filters: LogFilters;
  readonly targets: SubscriptionTargets;
}
