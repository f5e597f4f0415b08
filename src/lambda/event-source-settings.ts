/** From what is asked of an event source mapping to its settings, with the rules across members. */
import type {
  CreateEventSourceMappingRequest,
  UpdateEventSourceMappingRequest,
} from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { invalidParameter } from "../errors/mod.ts";
import { compilePattern } from "../eventsources/mod.ts";
import type { EventSourceKind, MappingSettings } from "../model/mod.ts";
import { KIND_RULES } from "./event-source-kinds.ts";

export type AskedOfMapping = Partial<CreateEventSourceMappingRequest> | UpdateEventSourceMappingRequest;

/** Members that every kind may have. */
const COMMON: readonly (keyof MappingSettings)[] = [
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "FilterCriteria",
  "KMSKeyArn",
  "MetricsConfig",
];

/** Members in the order in which they are looked at; all but the times and the filter are kept as they come. */
const SETTABLE = [
  ...COMMON,
  "FunctionResponseTypes",
  "LoggingConfig",
  "ScalingConfig",
  "ProvisionedPollerConfig",
  "StartingPosition",
  "ParallelizationFactor",
  "DestinationConfig",
  "MaximumRecordAgeInSeconds",
  "MaximumRetryAttempts",
  "BisectBatchOnFunctionError",
  "TumblingWindowInSeconds",
  "Topics",
  "Queues",
  "SourceAccessConfigurations",
  "SelfManagedEventSource",
  "AmazonManagedKafkaEventSourceConfig",
  "SelfManagedKafkaEventSourceConfig",
  "DocumentDBEventSourceConfig",
] as const satisfies readonly (keyof MappingSettings)[];

/** What is asked for over what was. Throws InvalidParameterValueException. */
export function mappingSettings(
  kind: EventSourceKind,
  sourceArn: string | undefined,
  before: MappingSettings,
  asked: AskedOfMapping,
): MappingSettings {
  const given = asked as Readonly<Record<string, unknown>>;
  const { members, batchSizeMax } = KIND_RULES[kind];
  const chosen: Record<string, unknown> = {};
  for (const member of SETTABLE) {
    const value = given[member];
    if (value === undefined) continue;
    if (!COMMON.includes(member) && !members.has(member)) throw unsupported(member);
    chosen[member] = value;
  }
  checkDestination(kind, asked);
  const filter = filterCriteria(asked);
  const timestamp = "StartingPositionTimestamp" in asked ? asked.StartingPositionTimestamp : undefined;
  const { FilterCriteria: filterBefore, ...rest } = before;
  const settings = {
    ...rest,
    ...chosen,
    ...(chosen["DestinationConfig"] !== undefined && {
      DestinationConfig: { OnFailure: { ...asked.DestinationConfig?.OnFailure } },
    }),
    ...(timestamp !== undefined && { startingPositionTimestampMs: timestamp.getTime() }),
  } as MappingSettings & { FilterCriteria?: unknown };
  delete settings.FilterCriteria;
  const kept = filter === undefined ? filterBefore : filter;
  checkBatch(kind, sourceArn, settings, batchSizeMax);
  checkPollers(settings);
  checkAge(settings);
  return { ...settings, ...(kept !== undefined && kept.Filters.length > 0 && { FilterCriteria: kept }) };
}

/** That of DestinationConfig is recorded; the others follow it. */
function unsupported(member: string): Error {
  return invalidParameter(`Unsupported ${member} parameter for given event source mapping type.`);
}

/** Only failures go anywhere (recorded). */
function checkDestination(kind: EventSourceKind, asked: AskedOfMapping): void {
  if (asked.DestinationConfig?.OnSuccess?.Destination !== undefined) throw unsupported("DestinationConfig");
  if (kind === "sqs" && asked.DestinationConfig !== undefined) throw unsupported("DestinationConfig");
}

/** An empty list clears it (recorded). Throws what `compilePattern` throws. */
function filterCriteria(asked: AskedOfMapping): MappingSettings["FilterCriteria"] {
  if (asked.FilterCriteria === undefined) return undefined;
  const filters = asked.FilterCriteria.Filters ?? [];
  if (filters.length > LAMBDA_LIMITS.filtersMax) {
    throw invalidParameter(`A mapping may have ${LAMBDA_LIMITS.filtersMax} filters, not ${filters.length}.`);
  }
  for (const { Pattern } of filters) compilePattern(Pattern ?? "");
  return { Filters: filters.map(({ Pattern = "" }) => ({ Pattern })) };
}

/** The words about the window are recorded; those about FIFO queues are recall. */
function checkBatch(
  kind: EventSourceKind,
  sourceArn: string | undefined,
  settings: MappingSettings,
  batchSizeMax: number,
): void {
  const { BatchSize, MaximumBatchingWindowInSeconds: window = 0 } = settings;
  if (kind !== "sqs") {
    if (BatchSize > batchSizeMax) throw invalidParameter(`Batch size must be at most ${batchSizeMax}.`);
    return;
  }
  if (sourceArn?.endsWith(".fifo") === true) {
    if (BatchSize > LAMBDA_LIMITS.sqsReceiveMessagesMax) {
      throw invalidParameter(
        `BatchSize for FIFO queues must be at most ${LAMBDA_LIMITS.sqsReceiveMessagesMax}.`,
      );
    }
    if (window > 0) {
      throw invalidParameter("Batching window is not supported for FIFO queues.");
    }
  } else if (BatchSize > LAMBDA_LIMITS.sqsReceiveMessagesMax && window === 0) {
    throw invalidParameter(
      "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
  }
}

/** The two ways of scaling exclude each other. Source: ScalingConfig in the service model; the words are ours. */
function checkPollers({ ScalingConfig, ProvisionedPollerConfig }: MappingSettings): void {
  if (ProvisionedPollerConfig === undefined) return;
  if (ScalingConfig?.MaximumConcurrency !== undefined) {
    throw invalidParameter("ProvisionedPollerConfig and ScalingConfig cannot be used together.");
  }
  const minimum = Number(ProvisionedPollerConfig["MinimumPollers"] ?? 0);
  const maximum = Number(ProvisionedPollerConfig["MaximumPollers"] ?? Number.POSITIVE_INFINITY);
  if (minimum > maximum) {
    throw invalidParameter("MinimumPollers must not be greater than MaximumPollers.");
  }
}

/** The model says -1 to 604800; the page on streams says -1 or at least 60. */
function checkAge({ MaximumRecordAgeInSeconds: age }: MappingSettings): void {
  if (age !== undefined && age !== -1 && age < LAMBDA_LIMITS.recordAgeSecondsMin) {
    throw invalidParameter(
      `MaximumRecordAgeInSeconds must be -1 or at least ${LAMBDA_LIMITS.recordAgeSecondsMin}.`,
    );
  }
}
