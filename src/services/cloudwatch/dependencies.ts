/** What the operations of CloudWatch work with. */
import type { Clock } from "../../kit/mod.ts";
import type { MetricBuffer } from "../../observe/mod.ts";
import type { AlarmStore, MetricStore } from "../../store/mod.ts";
import type { Alarms } from "./alarms/alarms.ts";
import type { AlarmConfiguration } from "./alarms/configuration.ts";

export interface CloudWatchDependencies {
  readonly store: MetricStore;
  /** Flushed before everything that looks at values, so that it sees what was just counted. */
  readonly buffer: MetricBuffer;
  readonly alarmStore: AlarmStore<AlarmConfiguration>;
  readonly alarms: Alarms;
  readonly clock: Clock;
}
