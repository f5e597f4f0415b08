/** A record of a table's stream as its function sees it. Source: events recorded on AWS. */
import type { AttributeValue, _Record as TableRecord } from "@aws-sdk/client-dynamodb-streams";
import type { StreamRecord } from "./stream-source.ts";

type Item = Readonly<Record<string, AttributeValue>>;

/** Changes of one item (its key) stay in order. */
export function dynamodbRecord(streamArn: string, record: TableRecord): StreamRecord {
  const { eventID, eventName, dynamodb = {}, userIdentity } = record;
  const { SequenceNumber = "", Keys = {}, ApproximateCreationDateTime: createdAt } = dynamodb;
  // A server that does not tell must not make all records look as if they were too old.
  const arrivedAtMs = createdAt?.getTime() ?? Date.now();
  const event = {
    eventID,
    eventName,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: streamArn.split(":")[3],
    dynamodb: {
      ApproximateCreationDateTime: arrivedAtMs / 1000,
      Keys: shownItem(Keys),
      ...(dynamodb.NewImage !== undefined && { NewImage: shownItem(dynamodb.NewImage) }),
      ...(dynamodb.OldImage !== undefined && { OldImage: shownItem(dynamodb.OldImage) }),
      SequenceNumber,
      SizeBytes: dynamodb.SizeBytes,
      StreamViewType: dynamodb.StreamViewType,
    },
    eventSourceARN: streamArn,
    ...(userIdentity !== undefined && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
  };
  return {
    sequenceNumber: SequenceNumber,
    key: JSON.stringify(Object.entries(shownItem(Keys)).sort(([a], [b]) => (a < b ? -1 : 1))),
    arrivedAtMs,
    json: Buffer.from(JSON.stringify(event)),
    view: () => event,
  };
}

function shownItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, shown(value)]));
}

/** Bytes are base64 there, as everywhere in events; numbers stay text. */
function shown(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(shown) };
  if (value.M !== undefined) return { M: shownItem(value.M) };
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
