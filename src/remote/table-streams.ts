/** Streams of the tables of a server that speaks DynamoDB Streams. */
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { type ServiceEndpoint, STREAM_LIMITS } from "../config/mod.ts";
import {
  dynamodbRecord,
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
const sdk = () => import("@aws-sdk/client-dynamodb-streams");

export class RemoteTableStreams implements StreamSource {
  readonly idleMs = STREAM_LIMITS.dynamodbIdleMs;
  readonly knowsTime = false;
  readonly batchInfo = { member: "DDBStreamBatchInfo", hasMilliseconds: false } as const;
  readonly #clients: Clients<DynamoDBStreamsClient>;

  constructor(endpoint: ServiceEndpoint) {
    this.#clients = new Clients(async (scope) => {
      const { DynamoDBStreamsClient } = await sdk();
      return new DynamoDBStreamsClient(clientSettings(endpoint, scope));
    });
  }

  async describe(arn: string): Promise<StreamDescription> {
    const { DescribeStreamCommand } = await sdk();
    const shards: StreamShard[] = [];
    for (let last: string | undefined, isFirst = true; isFirst || last !== undefined; isFirst = false) {
      const command = new DescribeStreamCommand({ StreamArn: arn, ExclusiveStartShardId: last });
      const { StreamDescription: page } = await this.#call(arn, (client) => client.send(command));
      last = page?.LastEvaluatedShardId;
      for (const { ShardId = "", ParentShardId } of page?.Shards ?? []) {
        shards.push({ id: ShardId, parentIds: ParentShardId === undefined ? [] : [ParentShardId] });
      }
    }
    // The time of its making is in the ARN: another stream never has the same.
    return { identity: arn, retentionMs: STREAM_LIMITS.dynamodbRetentionMs, shards };
  }

  async iterator(StreamArn: string, ShardId: string, position: ReadPosition): Promise<string> {
    const { GetShardIteratorCommand } = await sdk();
    const command = new GetShardIteratorCommand({ StreamArn, ShardId, ...iteratorOf(position) });
    const { ShardIterator = "" } = await this.#call(StreamArn, (client) => client.send(command));
    return ShardIterator;
  }

  async read({ streamArn }: ReadPlace, ShardIterator: string): Promise<StreamPage> {
    const { GetRecordsCommand } = await sdk();
    const Limit = STREAM_LIMITS.readRecordsMax;
    const { Records = [], NextShardIterator } = await this.#call(streamArn, (client) =>
      client.send(new GetRecordsCommand({ ShardIterator, Limit })),
    );
    const records = Records.map((record) => dynamodbRecord(streamArn, record));
    return { records, next: NextShardIterator, hasMore: Records.length > 0 };
  }

  close(): Promise<void> {
    return this.#clients.close();
  }

  async #call<T>(arn: string, work: (client: DynamoDBStreamsClient) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#clients.for(arn));
    } catch (error) {
      throw streamFault(error);
    }
  }
}

/** There are no times here: who begins at one reads all and passes over what is older. */
function iteratorOf(position: ReadPosition) {
  switch (position.kind) {
    case "horizon":
    case "since":
      return { ShardIteratorType: "TRIM_HORIZON" } as const;
    case "latest":
      return { ShardIteratorType: "LATEST" } as const;
    case "after":
      return {
        ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
        SequenceNumber: position.sequenceNumber,
      } as const;
    default:
      return position satisfies never;
  }
}
