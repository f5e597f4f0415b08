/** Records as functions and filters see them. What an event looks like as a whole is in tests/integration/streams.test.ts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePattern } from "../filter/filter-pattern.ts";
import { dynamodbRecord } from "./dynamodb-record.ts";
import { kinesisRecord } from "./kinesis-record.ts";

const matches = (pattern: object, view: unknown): boolean => compilePattern(JSON.stringify(pattern))(view);

describe("a record of Kinesis", () => {
  const record = (data: Uint8Array) =>
    kinesisRecord({
      streamArn: "arn:aws:kinesis:eu-west-1:000000000000:stream/s",
      ...{ shardId: "shardId-000000000001", sequenceNumber: "495", partitionKey: "p", data },
      arrivedAtMs: 1_545_084_650_987,
      roleArn: "arn:aws:iam::000000000000:role/r",
    });

  it("is filtered by its data, as JSON or text, and by what goes with it", () => {
    const json = record(Buffer.from('{"state":"done","n":5}')).view();
    assert.ok(matches({ data: { state: ["done"], n: [{ numeric: [">", 4] }] } }, json));
    assert.ok(!matches({ data: { state: ["open"] } }, json));
    assert.ok(matches({ partitionKey: ["p"] }, json));
    assert.ok(matches({ data: ["plain"] }, record(Buffer.from("plain")).view()));
    assert.ok(!matches({ data: { state: ["done"] } }, record(Buffer.from([255, 0])).view()));
  });

  it("keeps every byte and the milliseconds of its arrival", () => {
    // A part of a larger buffer, as clients give it.
    const { kinesis, eventID } = JSON.parse(record(Buffer.from([9, 255, 0, 1]).subarray(1)).json.toString());
    assert.deepEqual([...Buffer.from(kinesis.data, "base64")], [255, 0, 1]);
    assert.equal(kinesis.approximateArrivalTimestamp, 1545084650.987);
    assert.equal(eventID, "shardId-000000000001:495");
  });
});

describe("a record of a table's stream", () => {
  const record = dynamodbRecord(
    "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/2026-01-01T00:00:00.000",
    {
      eventID: "1",
      eventName: "REMOVE",
      userIdentity: { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" },
      dynamodb: {
        Keys: { b: { N: "2" }, a: { S: "x" } },
        OldImage: {
          bytes: { B: Buffer.from([1, 2]) },
          some: { BS: [Buffer.from([3])] },
          list: { L: [{ B: Buffer.from([4]) }, { NULL: true }] },
          map: { M: { deep: { B: Buffer.from([5]) }, is: { BOOL: false } } },
          names: { SS: ["y"] },
        },
        SequenceNumber: "111",
        ApproximateCreationDateTime: new Date(1_479_499_740_000),
      },
    },
  );

  it("has bytes as base64, at every depth, and tells of an expiry", () => {
    const { dynamodb, userIdentity } = JSON.parse(record.json.toString());
    assert.deepEqual(dynamodb.OldImage, {
      bytes: { B: "AQI=" },
      some: { BS: ["Aw=="] },
      list: { L: [{ B: "BA==" }, { NULL: true }] },
      map: { M: { deep: { B: "BQ==" }, is: { BOOL: false } } },
      names: { SS: ["y"] },
    });
    assert.equal(dynamodb.ApproximateCreationDateTime, 1479499740);
    assert.deepEqual(userIdentity, { type: "Service", principalId: "dynamodb.amazonaws.com" });
  });

  it("is filtered by the change, and stays in order with others of its item", () => {
    assert.ok(matches({ eventName: ["REMOVE"], dynamodb: { Keys: { a: { S: ["x"] } } } }, record.view()));
    assert.ok(!matches({ dynamodb: { NewImage: { a: { S: ["x"] } } } }, record.view()));
    assert.equal(record.key, '[["a",{"S":"x"}],["b",{"N":"2"}]]');
  });
});
