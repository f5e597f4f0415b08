/** Event source mappings: which source's records are read, for which function, and how. */

/** What tells one kind of source from another: its defaults, and what may be set on it. */
export type EventSourceKind =
  | "sqs"
  | "kinesis"
  | "dynamodb"
  | "kafka"
  | "selfManagedKafka"
  | "mq"
  | "documentdb";

/** `Creating`, `Updating`, `Enabling`, `Disabling` and `Deleting` pass by themselves. */
export type MappingState =
  | "Creating"
  | "Enabling"
  | "Enabled"
  | "Disabling"
  | "Disabled"
  | "Updating"
  | "Deleting";

export interface EventSourceMapping {
  readonly uuid: string;
  readonly kind: EventSourceKind;
  /** Absent where the source is a Kafka cluster of one's own. */
  readonly sourceArn?: string;
  readonly functionName: string;
  /** The version or alias that was named. */
  readonly qualifier?: string;
  readonly isEnabled: boolean;
  readonly state: MappingState;
  readonly lastModifiedMs: number;
  /** Members of EventSourceMappingConfiguration that can be set, in the API's words; times are epoch milliseconds. */
  readonly settings: MappingSettings;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MappingSettings {
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: { readonly Filters: readonly { readonly Pattern: string }[] };
  readonly KMSKeyArn?: string;
  readonly MetricsConfig?: Readonly<Record<string, unknown>>;
  readonly LoggingConfig?: Readonly<Record<string, unknown>>;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
  readonly ProvisionedPollerConfig?: Readonly<Record<string, unknown>>;
  readonly StartingPosition?: string;
  readonly startingPositionTimestampMs?: number;
  readonly ParallelizationFactor?: number;
  readonly DestinationConfig?: { readonly OnFailure: { readonly Destination?: string } };
  readonly MaximumRecordAgeInSeconds?: number;
  readonly MaximumRetryAttempts?: number;
  readonly BisectBatchOnFunctionError?: boolean;
  readonly TumblingWindowInSeconds?: number;
  readonly Topics?: readonly string[];
  readonly Queues?: readonly string[];
  readonly SourceAccessConfigurations?: readonly Readonly<Record<string, unknown>>[];
  readonly SelfManagedEventSource?: { readonly Endpoints: Readonly<Record<string, readonly string[]>> };
  readonly AmazonManagedKafkaEventSourceConfig?: Readonly<Record<string, unknown>>;
  readonly SelfManagedKafkaEventSourceConfig?: Readonly<Record<string, unknown>>;
  readonly DocumentDBEventSourceConfig?: Readonly<Record<string, unknown>>;
}
