/** What each kind of event source may have set, and what it has when nothing is. Source: "Event source mapping" pages and service model. */
import { invalidParameter } from "../errors/mod.ts";
import type { EventSourceKind, MappingSettings } from "../model/mod.ts";

export interface KindRules {
  readonly defaults: MappingSettings;
  readonly batchSizeMax: number;
  readonly needsStartingPosition: boolean;
  /** AWS's word for a change that a user made. */
  readonly userReason: "USER_INITIATED" | "User action";
  /** Whether the configuration tells what came of the last batch. */
  readonly showsLastResult: boolean;
  /** Members beyond those that every kind has. */
  readonly members: ReadonlySet<keyof MappingSettings>;
}

const POLLED_IN_STREAMS: KindRules = {
  defaults: {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: [],
    ParallelizationFactor: 1,
    DestinationConfig: { OnFailure: {} },
    MaximumRecordAgeInSeconds: -1,
    MaximumRetryAttempts: -1,
    BisectBatchOnFunctionError: false,
    TumblingWindowInSeconds: 0,
  },
  batchSizeMax: 10_000,
  needsStartingPosition: true,
  userReason: "User action",
  showsLastResult: true,
  members: new Set([
    "StartingPosition",
    "startingPositionTimestampMs",
    "ParallelizationFactor",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
  ]),
};

const KAFKA: KindRules = {
  defaults: { BatchSize: 100 },
  batchSizeMax: 10_000,
  needsStartingPosition: true,
  userReason: "USER_INITIATED",
  showsLastResult: true,
  members: new Set([
    "StartingPosition",
    "startingPositionTimestampMs",
    "Topics",
    "SourceAccessConfigurations",
    "DestinationConfig",
    "ProvisionedPollerConfig",
    "LoggingConfig",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
  ]),
};

/** Starting positions, throttling and the rest of Kafka's ways hold for both. */
export const KIND_RULES: Readonly<Record<EventSourceKind, KindRules>> = {
  sqs: {
    defaults: { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] },
    batchSizeMax: 10_000,
    needsStartingPosition: false,
    userReason: "USER_INITIATED",
    showsLastResult: false,
    members: new Set(["FunctionResponseTypes", "ScalingConfig", "ProvisionedPollerConfig"]),
  },
  kinesis: POLLED_IN_STREAMS,
  dynamodb: POLLED_IN_STREAMS,
  kafka: {
    ...KAFKA,
    members: KAFKA.members.union(new Set(["AmazonManagedKafkaEventSourceConfig"] as const)),
  },
  selfManagedKafka: {
    ...KAFKA,
    members: KAFKA.members.union(
      new Set(["SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig"] as const),
    ),
  },
  mq: {
    defaults: { BatchSize: 100 },
    batchSizeMax: 10_000,
    needsStartingPosition: false,
    userReason: "USER_INITIATED",
    showsLastResult: true,
    members: new Set(["Queues", "SourceAccessConfigurations"]),
  },
  documentdb: {
    defaults: { BatchSize: 100 },
    batchSizeMax: 10_000,
    needsStartingPosition: true,
    userReason: "USER_INITIATED",
    showsLastResult: true,
    members: new Set([
      "StartingPosition",
      "startingPositionTimestampMs",
      "DocumentDBEventSourceConfig",
      "SourceAccessConfigurations",
    ]),
  },
};

/** `arn:aws:<service>:…` → kind. */
const KIND_OF_SERVICE: Readonly<Record<string, EventSourceKind>> = {
  sqs: "sqs",
  kinesis: "kinesis",
  dynamodb: "dynamodb",
  kafka: "kafka",
  mq: "mq",
  rds: "documentdb",
};

/** Throws InvalidParameterValueException for what is no source; the words are recorded. */
export function kindOfSource(sourceArn: string | undefined, isSelfManaged: boolean): EventSourceKind {
  if (isSelfManaged) return "selfManagedKafka";
  const kind = KIND_OF_SERVICE[sourceArn?.split(":")[2] ?? ""];
  if (kind === undefined) throw invalidParameter("Unrecognized event source.");
  return kind;
}
