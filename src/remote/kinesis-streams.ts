/** Streams of a server that speaks Kinesis. */
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { type ServiceEndpoint, STREAM_LIMITS } from "../config/mod.ts";
import {
  kinesisRecord,
  type ReadPlace,
  type ReadPosition,
  type StreamDescription,
  type StreamPage,
  type StreamShard,
  type StreamSource,
} from "../eventsources/mod.ts";
import { Clients, clientSettings } from "./client-settings.ts";
import { streamFault } from "./stream-fault.ts";

/** Most servers never need it: it is loaded with the first stream. */
const sdk = () => import("@aws-sdk/client-kinesis");

export class RemoteKinesisStreams implements StreamSource {
  readonly idleMs = STREAM_LIMITS.kinesisIdleMs;
  readonly knowsTime = true;
  readonly batchInfo = { member: "KinesisBatchInfo", hasMilliseconds: true } as const;
  readonly #clients: Clients<KinesisClient>;

  constructor(endpoint: ServiceEndpoint) {
    this.#clients = new Clients(async (scope) => {
      const [{ KinesisClient }, { NodeHttpHandler }] = await Promise.all([
        sdk(),
        import("@smithy/node-http-handler"),
      ]);
      const { requestHandler, ...settings } = clientSettings(endpoint, scope);
      // The client's own handler speaks HTTP/2 only, which of the servers of this protocol AWS's alone does.
      return new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler(requestHandler) });
    });
  }

  async describe(arn: string): Promise<StreamDescription> {
    const { DescribeStreamSummaryCommand } = await sdk();
    const name = streamName(arn);
    const { StreamDescriptionSummary: summary } = await this.#call(arn, (client) =>
      client.send(new DescribeStreamSummaryCommand({ StreamName: name })),
    );
    return {
      identity: String(summary?.StreamCreationTimestamp?.getTime() ?? ""),
      retentionMs: (summary?.RetentionPeriodHours ?? 24) * 60 * 60 * 1000,
      shards: await this.#shards(arn, name),
    };
  }

  async iterator(arn: string, ShardId: string, position: ReadPosition): Promise<string> {
    const { GetShardIteratorCommand } = await sdk();
    const place = { StreamName: streamName(arn), ShardId };
    const { ShardIterator = "" } = await this.#call(arn, (client) =>
      client.send(new GetShardIteratorCommand({ ...place, ...iteratorOf(position) })),
    );
    return ShardIterator;
  }

  async read({ streamArn, shardId, roleArn }: ReadPlace, ShardIterator: string): Promise<StreamPage> {
    const { GetRecordsCommand } = await sdk();
    const Limit = STREAM_LIMITS.readRecordsMax;
    const {
      Records = [],
      NextShardIterator,
      MillisBehindLatest = 0,
    } = await this.#call(streamArn, (client) => client.send(new GetRecordsCommand({ ShardIterator, Limit })));
    const records = Records.map(
      ({ SequenceNumber = "", PartitionKey = "", Data, ApproximateArrivalTimestamp: arrivedAt }) =>
        kinesisRecord({
          ...{ streamArn, shardId, roleArn },
          sequenceNumber: SequenceNumber,
          partitionKey: PartitionKey,
          data: Data ?? new Uint8Array(),
          // A server that does not tell must not make all records look as if they were too old.
          arrivedAtMs: arrivedAt?.getTime() ?? Date.now(),
        }),
    );
    const hasMore = Records.length === Limit || MillisBehindLatest > 0;
    return { records, next: NextShardIterator, hasMore };
  }

  close(): Promise<void> {
    return this.#clients.close();
  }

  async #shards(arn: string, StreamName: string): Promise<StreamShard[]> {
    const { ListShardsCommand } = await sdk();
    const shards: StreamShard[] = [];
    for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
      const command = new ListShardsCommand(token === undefined ? { StreamName } : { NextToken: token });
      const page = await this.#call(arn, (client) => client.send(command));
      token = page.NextToken;
      for (const { ShardId = "", ParentShardId, AdjacentParentShardId } of page.Shards ?? []) {
        const parentIds = [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);
        shards.push({ id: ShardId, parentIds });
      }
    }
    return shards;
  }

  async #call<T>(arn: string, work: (client: KinesisClient) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#clients.for(arn));
    } catch (error) {
      throw streamFault(error);
    }
  }
}

/** Of `arn:aws:kinesis:<region>:<account>:stream/<name>`, a consumer's name after it left out. */
function streamName(arn: string): string {
  return arn.split("/")[1] ?? "";
}

function iteratorOf(position: ReadPosition) {
  switch (position.kind) {
    case "horizon":
      return { ShardIteratorType: "TRIM_HORIZON" } as const;
    case "latest":
      return { ShardIteratorType: "LATEST" } as const;
    case "since":
      return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(position.atMs) } as const;
    case "after":
      return {
        ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
        StartingSequenceNumber: position.sequenceNumber,
      } as const;
    default:
      return position satisfies never;
  }
}
