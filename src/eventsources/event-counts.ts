/**
 * Metrics of event source mappings that ask for them with `MetricsConfig`. Source: "Event source mapping metrics" section of the
 * page "Types of metrics for Lambda functions".
 */
import type { EventSourceMapping, Scope } from "../model/mod.ts";
import type { ReaderParts } from "./reader.ts";

export type EventCount =
  | "PolledEventCount"
  | "FilteredOutEventCount"
  | "InvokedEventCount"
  | "FailedInvokeEventCount"
  | "DroppedEventCount"
  | "OnFailureDestinationDeliveredEventCount"
  | "DeletedEventCount";

/** Returns at once, never throws. */
export type EventCounter = (name: EventCount, value: number) => void;

/** Counts nothing unless the mapping asks for it. */
export function eventCounter(
  { putMetric, clock }: Pick<ReaderParts, "putMetric" | "clock">,
  { accountId, region }: Scope,
  { uuid, settings }: EventSourceMapping,
): EventCounter {
  const asked = settings.MetricsConfig?.["Metrics"];
  if (putMetric === undefined || !Array.isArray(asked) || !asked.includes("EventCount")) return () => {};
  return (name, value) => {
    if (value === 0) return;
    putMetric({
      ...{ scope: { accountId, region }, namespace: "AWS/Lambda", name, unit: "Count", value },
      dimensions: { EventSourceMappingUUID: uuid },
      timestampMs: clock.nowMs(),
    });
  };
}
