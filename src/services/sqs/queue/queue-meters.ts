/** The metrics of one queue, in the namespace AWS/SQS. Source: "Available CloudWatch metrics for Amazon SQS" page. */
import type { Scope } from "../../../model/mod.ts";
import type { Meter, MetricBuffer } from "../../../observe/mod.ts";

const UNITS = {
  NumberOfMessagesSent: "Count",
  SentMessageSize: "Bytes",
  NumberOfMessagesReceived: "Count",
  NumberOfEmptyReceives: "Count",
  NumberOfMessagesDeleted: "Count",
  ApproximateNumberOfMessagesVisible: "Count",
  ApproximateNumberOfMessagesNotVisible: "Count",
  ApproximateNumberOfMessagesDelayed: "Count",
  ApproximateAgeOfOldestMessage: "Seconds",
} as const;

export type QueueMetric = keyof typeof UNITS;

/** Without a buffer nothing is counted. */
export class QueueMeters {
  readonly #buffer: MetricBuffer | undefined;
  readonly #scope: Scope;
  readonly #name: string;
  readonly #meters = new Map<QueueMetric, Meter>();

  constructor(buffer: MetricBuffer | undefined, { accountId, region }: Scope, name: string) {
    this.#buffer = buffer;
    this.#scope = { accountId, region };
    this.#name = name;
  }

  /** `nowMs`: epoch milliseconds. Returns at once, never throws. */
  add(name: QueueMetric, nowMs: number, value: number): void {
    if (this.#buffer === undefined) return;
    let meter = this.#meters.get(name);
    if (meter === undefined) {
      const dimensions = { QueueName: this.#name };
      meter = this.#buffer.meter({
        ...{ scope: this.#scope, namespace: "AWS/SQS", name, dimensions, unit: UNITS[name] },
      });
      this.#meters.set(name, meter);
    }
    meter.add(nowMs, value);
  }
}
