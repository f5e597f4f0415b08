/** What the operations of CloudWatch Logs work with. */
import type { Clock } from "../../kit/mod.ts";
import type { LogWriter } from "../../observe/mod.ts";
import type { LogStore } from "../../store/mod.ts";

export interface LogsDependencies {
  readonly store: LogStore;
  /** Flushed before everything that looks at groups or events, so that it sees what functions have printed. */
  readonly writer: Pick<LogWriter, "flush">;
  readonly clock: Clock;
}
