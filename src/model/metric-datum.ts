/** A value of a metric on its way from whoever measures or derives it to whoever keeps metrics. */
import type { Scope } from "./arn.ts";

export interface MetricDatum {
  readonly scope: Scope;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** As CloudWatch names units: `Count`, `Milliseconds`, `None`. */
  readonly unit: string;
  /** Epoch milliseconds. */
  readonly timestampMs: number;
  readonly value: number;
  /** How often the value occurred; 1 where it is not said. */
  readonly count?: number;
}

/** Returns at once and never throws. */
export type PutMetric = (datum: MetricDatum) => void;
