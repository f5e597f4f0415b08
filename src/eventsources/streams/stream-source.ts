/**
 * What a reader needs of streams, whosever they are: shards that are read in order by a position. Kinesis and DynamoDB Streams
 * fit it; the partitions of a Kafka topic do, too (shards without parents, offsets for sequence numbers).
 */

export interface StreamSource {
  /** Throws StreamFault. */
  describe(streamArn: string): Promise<StreamDescription>;
  /** Where reading begins. Throws StreamFault. */
  iterator(streamArn: string, shardId: string, position: ReadPosition): Promise<string>;
  /** Throws StreamFault. */
  read(place: ReadPlace, iterator: string): Promise<StreamPage>;
  /** Between two looks at a shard that had nothing, milliseconds. */
  readonly idleMs: number;
  /** Whether `since` is understood; else it is read from the horizon, and what is older is passed over. */
  readonly knowsTime: boolean;
  /** What its records are called in the record of a failure, and how times are written there. */
  readonly batchInfo: BatchInfo;
}

export interface ReadPlace {
  readonly streamArn: string;
  readonly shardId: string;
  /** Of the function that is to have the records: some name it. */
  readonly roleArn: string;
}

export interface BatchInfo {
  readonly member: "KinesisBatchInfo" | "DDBStreamBatchInfo";
  readonly hasMilliseconds: boolean;
}

export interface StreamDescription {
  /** Tells a stream from another that had the same name before. */
  readonly identity: string;
  /** A record is there for so long. */
  readonly retentionMs: number;
  readonly shards: readonly StreamShard[];
}

export interface StreamShard {
  readonly id: string;
  /** Their records come before those of this one. They may no longer be there. */
  readonly parentIds: readonly string[];
}

export type ReadPosition =
  | { readonly kind: "horizon" }
  | { readonly kind: "latest" }
  | { readonly kind: "since"; readonly atMs: number }
  | { readonly kind: "after"; readonly sequenceNumber: string };

export interface StreamPage {
  readonly records: readonly StreamRecord[];
  /** Undefined when the shard is closed and nothing of it is left. */
  readonly next: string | undefined;
  /** Whether there may be more at once. */
  readonly hasMore: boolean;
}

export interface ReadRecord {
  /** A decimal number that rises within the shard. */
  readonly sequenceNumber: string;
  /** Records with the same key are processed one after the other. */
  readonly key: string;
  readonly arrivedAtMs: number;
  /** As its function sees it. */
  readonly json: Buffer;
}

export interface StreamRecord extends ReadRecord {
  /** What the patterns of a filter are asked about. */
  readonly view: () => unknown;
}

/**
 * `missing`: there is no such stream or shard. `expired`: the iterator is too old. `trimmed`: the position is no longer, or never
 * was, in the shard. `busy`: asked too often. Other errors may pass by themselves.
 */
export class StreamFault extends Error {
  override readonly name = "StreamFault";
  readonly kind: "missing" | "expired" | "trimmed" | "busy";

  constructor(kind: StreamFault["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
