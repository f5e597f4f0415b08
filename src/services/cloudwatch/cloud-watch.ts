/** The service as a whole: its operations, and what happens at the turn of each minute. */
import { METRICS_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { OperationTable } from "../../model/mod.ts";
import type { MetricBuffer } from "../../observe/mod.ts";
import type { AlarmStore, MetricStore } from "../../store/mod.ts";
import type { ActionPorts } from "./alarms/actions.ts";
import { Alarms } from "./alarms/alarms.ts";
import type { AlarmConfiguration } from "./alarms/configuration.ts";
import { cloudWatchOperations } from "./table.ts";

const MINUTE_MS = 60_000;

export interface CloudWatchOptions {
  readonly store: MetricStore;
  readonly buffer: MetricBuffer;
  readonly alarmStore: AlarmStore<AlarmConfiguration>;
  readonly clock: Clock;
  readonly ports: ActionPorts;
  /** Puts what is measured by looking, not by counting, into the minute that begins. */
  readonly sample: () => void | Promise<void>;
  readonly reportFault: (error: unknown) => void;
}

export class CloudWatch {
  readonly operations: OperationTable;
  readonly #options: CloudWatchOptions;
  readonly #alarms: Alarms;
  #timer: Timer | undefined;
  #turning: Promise<void> | undefined;
  #lastSweepMs: number;
  #isClosed = false;

  constructor(options: CloudWatchOptions) {
    this.#options = options;
    const { store, buffer, alarmStore, clock, ports, reportFault } = options;
    this.#alarms = new Alarms({ store: alarmStore, metrics: store, buffer, clock, ports, reportFault });
    this.operations = cloudWatchOperations({ store, buffer, alarmStore, alarms: this.#alarms, clock });
    this.#lastSweepMs = clock.nowMs();
  }

  /** Begins to look at alarms. */
  start(): void {
    const { clock } = this.#options;
    const untilTurnMs = MINUTE_MS - (clock.nowMs() % MINUTE_MS);
    this.#timer = clock.after(untilTurnMs, () => {
      this.#turning = this.#turn()
        .catch(this.#options.reportFault)
        .finally(() => {
          if (!this.#isClosed) this.start();
        });
    });
  }

  /** The stores may be closed afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#turning;
    await this.#options.buffer.close();
  }

  async #turn(): Promise<void> {
    const { store, clock, sample } = this.#options;
    await sample();
    await this.#alarms.evaluateAll();
    const nowMs = clock.nowMs();
    if (nowMs - this.#lastSweepMs < METRICS_LIMITS.sweepMs) return;
    this.#lastSweepMs = nowMs;
    await store.enforceBounds(nowMs);
  }
}
