/** A metric filter at work: a value for each event that matches. Source: "Creating metrics from log events using filters" page. */
import type { MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import { ApiError } from "../../../errors/mod.ts";
import type { Clock, Timer } from "../../../kit/mod.ts";
import type { LogEvent, LogStreamRef, PutMetric } from "../../../model/mod.ts";
import type { LogFilterRecord } from "../../../store/mod.ts";
import { invalidParameter } from "../errors.ts";
import { type FilterPattern, kindOfPattern, parseFilterPattern } from "../filter/filter-pattern.ts";
import { compileSelector } from "../filter/json-pattern.ts";
import { PatternError } from "../filter/pattern-reader.ts";
import type { ActiveFilter } from "./log-filters.ts";

const MINUTE_MS = 60_000;
/** What CloudWatch takes as a value: the range of its doubles. */
const VALUE_MAX = 2 ** 360;

type Source = (message: string) => string | undefined;

export interface MetricFilterParts {
  readonly clock: Clock;
  readonly putMetric: PutMetric;
}

/** Transformations as they are kept. */
export function transformationsOf(record: LogFilterRecord): readonly MetricTransformation[] {
  return record.settings["metricTransformations"] as MetricTransformation[];
}

export class MetricFilter implements ActiveFilter {
  readonly #record: LogFilterRecord;
  readonly #parts: MetricFilterParts;
  readonly #pattern: FilterPattern;
  readonly #outputs: readonly Output[];
  /** Of the minute under way: whether anything matched. Undefined until an event comes. */
  #minute: { readonly startMs: number; hasMatch: boolean } | undefined;
  #timer: Timer | undefined;

  /** Throws what `checkTransformation` and the pattern throw; what is on record has passed both. */
  constructor(record: LogFilterRecord, parts: MetricFilterParts) {
    this.#record = record;
    this.#parts = parts;
    this.#pattern = parseFilterPattern(record.pattern);
    this.#outputs = transformationsOf(record).map((each) => outputOf(each, record.pattern, this.#pattern));
  }

  take(_stream: LogStreamRef, { message, timestampMs }: LogEvent): void {
    const hasMatch = this.#pattern.matches(message);
    this.#countMinute(hasMatch);
    if (!hasMatch) return;
    for (const { transformation, value, dimensions } of this.#outputs) {
      const number = Number(value(message) ?? Number.NaN);
      const named = Object.entries(dimensions).map(([name, source]) => [name, source(message)] as const);
      // Without its value or one of its dimensions there is no metric (documented for dimensions; recall for values).
      if (!Number.isFinite(number) || Math.abs(number) > VALUE_MAX) continue;
      if (named.some(([, text]) => !text)) continue;
      this.#put(transformation, number, timestampMs, Object.fromEntries(named) as Record<string, string>);
    }
  }

  async flush(): Promise<void> {}

  retire(): void {
    this.#endMinute();
  }

  /** The default is for minutes in which events came and none matched (documented). */
  #countMinute(hasMatch: boolean): void {
    if (!this.#outputs.some(({ transformation }) => transformation.defaultValue !== undefined)) return;
    if (this.#minute === undefined) {
      const nowMs = this.#parts.clock.nowMs();
      this.#minute = { startMs: nowMs - (nowMs % MINUTE_MS), hasMatch };
      this.#timer = this.#parts.clock.after(MINUTE_MS - (nowMs % MINUTE_MS), () => this.#endMinute());
    }
    this.#minute.hasMatch ||= hasMatch;
  }

  #endMinute(): void {
    this.#timer?.cancel();
    const minute = this.#minute;
    this.#minute = undefined;
    if (minute === undefined || minute.hasMatch) return;
    for (const { transformation } of this.#outputs) {
      if (transformation.defaultValue !== undefined) {
        this.#put(transformation, transformation.defaultValue, minute.startMs, {});
      }
    }
  }

  #put(
    { metricNamespace = "", metricName = "", unit = "None" }: MetricTransformation,
    value: number,
    timestampMs: number,
    dimensions: Readonly<Record<string, string>>,
  ): void {
    const { scope } = this.#record;
    this.#parts.putMetric({
      ...{ scope, namespace: metricNamespace, name: metricName, dimensions, unit, timestampMs, value },
    });
  }
}

interface Output {
  readonly transformation: MetricTransformation;
  readonly value: Source;
  readonly dimensions: Readonly<Record<string, Source>>;
}

/** Throws InvalidParameterException, LimitExceededException. The rules are documented, the texts are recall. */
export function checkTransformation(transformation: MetricTransformation, pattern: string): void {
  const { dimensions = {}, defaultValue } = transformation;
  const names = Object.keys(dimensions);
  if (names.length > 0 && defaultValue !== undefined) {
    throw invalidParameter(
      "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
    );
  }
  if (names.length > LOGS_LIMITS.metricDimensionsMax) {
    throw new ApiError(
      "LimitExceededException",
      `A metric transformation can have no more than ${LOGS_LIMITS.metricDimensionsMax} dimensions.`,
    );
  }
  if (names.length > 0 && kindOfPattern(pattern) === "terms") {
    throw invalidParameter(
      "Invalid metric transformation: dimensions are for JSON and space-delimited filter patterns only.",
    );
  }
  outputOf(transformation, pattern, parseFilterPattern(pattern));
}

function outputOf(transformation: MetricTransformation, pattern: string, parsed: FilterPattern): Output {
  const { metricValue = "", dimensions = {} } = transformation;
  return {
    transformation,
    value: sourceOf(metricValue, pattern, parsed),
    dimensions: Object.fromEntries(
      Object.entries(dimensions).map(([name, text]) => {
        if (!text.startsWith("$")) {
          throw invalidParameter(`Invalid metric transformation: dimension value '${text}' names no field.`);
        }
        return [name, sourceOf(text, pattern, parsed)];
      }),
    ),
  };
}

/** A number as it stands, `$.selector` of a JSON message, or `$field` of a space-delimited one. */
function sourceOf(text: string, pattern: string, parsed: FilterPattern): Source {
  if (!text.startsWith("$")) {
    if (text.trim() === "" || !Number.isFinite(Number(text))) throw badValue(text);
    return () => text;
  }
  const kind = kindOfPattern(pattern);
  if (kind === "space") return (message) => parsed.extract(message)[text];
  if (kind !== "json") throw badValue(text);
  try {
    return compileSelector(text);
  } catch (error) {
    throw error instanceof PatternError ? badValue(text) : error;
  }
}

function badValue(text: string): Error {
  return invalidParameter(`Invalid metric transformation: '${text}' is neither a number nor a field.`);
}
