/** What is typed about a mapping, what is wrong with it, and what is asked of the server for it. */
import type { CreateEventSourceMappingRequest } from "@aws-sdk/client-lambda";
import { LATEST, qualifierToSend } from "../../kit/qualifier.ts";
import { isNumber } from "../../kit/whole-number.ts";
import { isFifo, isQueue, type Mapping } from "./words.ts";

export interface Draft {
  readonly sourceArn: string;
  readonly functionName: string;
  /** The version or alias that a new mapping calls. */
  readonly qualifier: string;
  readonly isEnabled: boolean;
  readonly batchSize: string;
  readonly windowSeconds: string;
  /** Empty where there is no bound. */
  readonly concurrency: string;
  readonly reportsFailures: boolean;
  readonly patterns: readonly string[];
}

/** Source: CreateEventSourceMapping reference. */
export const WINDOW_SECONDS = [0, 300] as const;
export const CONCURRENCY = [2, 1000] as const;
const BATCH_MAX = 10_000;
const FIFO_BATCH_MAX = 10;
/** A queue gives no more than this at once; larger batches have to wait for more. */
const RECEIVE_MAX = 10;

export function draftOf(mapping: Mapping | undefined, functionName: string | undefined): Draft {
  return {
    sourceArn: mapping?.EventSourceArn ?? "",
    functionName: functionName ?? "",
    qualifier: LATEST,
    isEnabled: mapping === undefined || mapping.State === "Enabled",
    batchSize: String(mapping?.BatchSize ?? 10),
    windowSeconds: String(mapping?.MaximumBatchingWindowInSeconds ?? 0),
    concurrency: String(mapping?.ScalingConfig?.MaximumConcurrency ?? ""),
    reportsFailures: mapping?.FunctionResponseTypes?.includes("ReportBatchItemFailures") === true,
    patterns: mapping?.FilterCriteria?.Filters?.map(({ Pattern = "" }) => Pattern) ?? [],
  };
}

export function batchMax({ sourceArn }: Draft): number {
  return isFifo(sourceArn) ? FIFO_BATCH_MAX : BATCH_MAX;
}

export function needsWindow({ sourceArn, batchSize, windowSeconds }: Draft): boolean {
  return sourceArn.includes(":sqs:") && Number(batchSize) > RECEIVE_MAX && Number(windowSeconds) === 0;
}

export function patternProblem(pattern: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(pattern);
    const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    return isObject ? undefined : "A pattern is a JSON object.";
  } catch {
    return "This is not JSON.";
  }
}

export function isReady(draft: Draft): boolean {
  return (
    draft.sourceArn !== "" &&
    draft.functionName !== "" &&
    isNumber(draft.batchSize, 1, batchMax(draft)) &&
    isNumber(draft.windowSeconds, ...WINDOW_SECONDS) &&
    isNumber(draft.concurrency, ...CONCURRENCY, true) &&
    !needsWindow(draft) &&
    draft.patterns.every((pattern) => patternProblem(pattern) === undefined)
  );
}

/** `worker` or `worker:live`. */
export function targetOf({ functionName, qualifier }: Draft): string {
  return qualifierToSend(qualifier) === undefined ? functionName : `${functionName}:${qualifier}`;
}

/** `before` is undefined for a new mapping. What is left out stays as it is. */
export function requestOf(
  draft: Draft,
  before: Mapping | undefined,
): Omit<CreateEventSourceMappingRequest, "FunctionName" | "EventSourceArn"> {
  const ofQueue = before === undefined || isQueue(before);
  const hadFilters = (before?.FilterCriteria?.Filters?.length ?? 0) > 0;
  const { concurrency, windowSeconds, patterns, reportsFailures } = draft;
  return {
    Enabled: draft.isEnabled,
    BatchSize: Number(draft.batchSize),
    ...(!isFifo(draft.sourceArn) && { MaximumBatchingWindowInSeconds: Number(windowSeconds) }),
    ...((patterns.length > 0 || hadFilters) && {
      FilterCriteria: { Filters: patterns.map((Pattern) => ({ Pattern })) },
    }),
    ...(ofQueue && {
      FunctionResponseTypes: reportsFailures ? ["ReportBatchItemFailures"] : [],
      ...(concurrency !== "" && { ScalingConfig: { MaximumConcurrency: Number(concurrency) } }),
      ...(concurrency === "" && before?.ScalingConfig !== undefined && { ScalingConfig: {} }),
    }),
  };
}
