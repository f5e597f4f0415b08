/** A record of a Kinesis stream as its function sees it. Source: events recorded on AWS. */
import { DataField } from "../filter/data-field.ts";
import type { StreamRecord } from "./stream-source.ts";

export interface KinesisRecord {
  readonly streamArn: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrivedAtMs: number;
  /** Of the function that reads it. */
  readonly roleArn: string;
}

/** Filters look into `data` as text or JSON. Source: "Using event filtering with a Kinesis event source" page. */
export function kinesisRecord({ data, ...record }: KinesisRecord): StreamRecord {
  const { streamArn, shardId, sequenceNumber, partitionKey, arrivedAtMs, roleArn } = record;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const kinesis = {
    kinesisSchemaVersion: "1.0",
    partitionKey,
    sequenceNumber,
    data: bytes.toString("base64"),
    approximateArrivalTimestamp: arrivedAtMs / 1000,
  };
  const event = {
    kinesis,
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: roleArn,
    awsRegion: streamArn.split(":")[3],
    eventSourceARN: streamArn,
  };
  return {
    ...{ sequenceNumber, arrivedAtMs },
    key: partitionKey,
    json: Buffer.from(JSON.stringify(event)),
    view: () => ({ ...event, ...kinesis, data: new DataField(bytes.toString("utf8")) }),
  };
}
