/**
 * The embedded metric format: metrics in what functions log. Source: "Specification: Embedded metric format" page. What does
 * not follow it is a line of the log and nothing else, as on AWS.
 */
import { METRICS_LIMITS } from "../../config/mod.ts";
import type { LogEvent, LogStreamRef, LogTap, MetricDatum, PutMetric } from "../../model/mod.ts";

/** Shows what goes into the log to `put`. */
export function embeddedMetrics(put: PutMetric): LogTap {
  let second = 0;
  let left = 0;
  return (stream, event) => {
    // Most lines end here.
    if (!event.message.includes('"_aws"')) return;
    const now = Math.floor(event.timestampMs / 1000);
    if (now !== second) [second, left] = [now, METRICS_LIMITS.embeddedPerSecondMax];
    // A short line can stand for very many values: no function may keep the server busy with them.
    if (left <= 0) return;
    const data = metricsIn(stream, event, left);
    left -= data.length;
    for (const datum of data) put(datum);
  };
}

/** None where the message does not follow the format. Lines of functions may carry words before their JSON. */
export function metricsIn(
  stream: LogStreamRef,
  { message, timestampMs }: LogEvent,
  dataMax: number = METRICS_LIMITS.embeddedPerSecondMax,
): MetricDatum[] {
  const start = message.indexOf("{");
  const root = start < 0 ? undefined : parsed(message.slice(start));
  const metadata = isRecord(root) ? root["_aws"] : undefined;
  if (!isRecord(root) || !isRecord(metadata) || !Array.isArray(metadata["CloudWatchMetrics"])) return [];
  const given = metadata["Timestamp"];
  if (given !== undefined && (typeof given !== "number" || !isNear(given, timestampMs))) return [];
  const { accountId, region } = stream;
  const at = { scope: { accountId, region }, timestampMs: given ?? timestampMs };
  const data: MetricDatum[] = [];
  for (const directive of metadata["CloudWatchMetrics"] as unknown[]) {
    for (const datum of dataOf(directive, root, at)) {
      if (data.length === dataMax) return data;
      data.push(datum);
    }
  }
  return data;
}

type Fields = Readonly<Record<string, unknown>>;

function* dataOf(
  directive: unknown,
  root: Fields,
  at: Pick<MetricDatum, "scope" | "timestampMs">,
): Generator<MetricDatum> {
  if (!isRecord(directive)) return;
  const { Namespace: namespace, Metrics: metrics = [], Dimensions: sets = [[]] } = directive;
  if (typeof namespace !== "string" || namespace === "" || namespace.length > 255) return;
  if (!Array.isArray(metrics) || !Array.isArray(sets) || sets.length > METRICS_LIMITS.embeddedSetsMax) return;
  const dimensionSets = sets.length === 0 ? [{}] : sets.map((set) => dimensionsOf(set, root));
  if (dimensionSets.includes(undefined)) return;
  for (const definition of metrics.slice(0, METRICS_LIMITS.embeddedMetricsMax) as unknown[]) {
    if (!isRecord(definition)) continue;
    const { Name: name, Unit: unit = "None" } = definition;
    if (typeof name !== "string" || name === "" || name.length > 255 || typeof unit !== "string") continue;
    for (const value of valuesOf(root[name])) {
      for (const dimensions of dimensionSets) {
        if (dimensions !== undefined) yield { ...at, namespace, name, dimensions, unit, value };
      }
    }
  }
}

/** Undefined where a member has no value: then the whole directive counts for nothing. */
function dimensionsOf(set: unknown, root: Fields): Record<string, string> | undefined {
  if (!Array.isArray(set) || set.length > METRICS_LIMITS.embeddedDimensionsMax) return undefined;
  const dimensions: Record<string, string> = {};
  for (const name of set as unknown[]) {
    const value = typeof name === "string" ? root[name] : undefined;
    if (typeof name !== "string" || (typeof value !== "string" && typeof value !== "number"))
      return undefined;
    dimensions[name] = String(value).slice(0, 1024);
  }
  return dimensions;
}

function valuesOf(value: unknown): number[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > METRICS_LIMITS.embeddedValuesMax) return [];
  return values.filter((each): each is number => typeof each === "number" && Number.isFinite(each));
}

function isNear(givenMs: number, nowMs: number): boolean {
  return givenMs > nowMs - METRICS_LIMITS.ageMsMax && givenMs < nowMs + METRICS_LIMITS.aheadMsMax;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
