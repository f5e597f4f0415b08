/** The reader of streams against a stream and a function of the test's, on a clock of the test's. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { StreamReading, type Told } from "../../../testkit/stream-reading.ts";
import { Undeliverable } from "../../dataplane/mod.ts";
import { StreamFault } from "./stream-source.ts";

const QUEUE = { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:failed" } };

describe("the reader of a stream", () => {
  let reading: StreamReading;
  let expectedFaults: number;
  beforeEach(() => {
    reading = new StreamReading();
    expectedFaults = 0;
  });
  afterEach(async () => {
    await reading.stop();
    await reading.idle();
    assert.equal(reading.faults.length, expectedFaults, String(reading.faults));
    assert.equal(reading.clock.timers, 0, "a wait was left behind");
  });

  it("hands over what is there in batches, in order, one at a time", async () => {
    const { stream, fake } = reading;
    stream.send("shard-0", "a", "b", "c", "d", "e");
    const reader = reading.start({ BatchSize: 2 });
    (await reading.call(1)).succeed();
    const second = await reading.call(2);
    await reading.idle();
    assert.equal(fake.calls.length, 2, "the third waits for the second");
    assert.equal(reader.lastResult, "OK");
    second.succeed();
    (await reading.call(3)).succeed();
    stream.send("shard-0", "f");
    await reading.pass(1000);
    (await reading.call(4)).succeed();
    assert.deepEqual(reading.bodies(), [["a", "b"], ["c", "d"], ["e"], ["f"]]);
  });

  it("gathers a batch for as long as its window, or until it is full", async () => {
    const { stream, fake } = reading;
    reading.start({ BatchSize: 3, MaximumBatchingWindowInSeconds: 10 });
    stream.send("shard-0", "a");
    await reading.pass(1000);
    stream.send("shard-0", "b");
    await reading.pass(8000);
    assert.equal(fake.calls.length, 0);
    await reading.pass(3000);
    (await reading.call(1)).succeed();
    stream.send("shard-0", "c", "d", "e", "f");
    await reading.pass(1000);
    (await reading.call(2)).succeed();
    await reading.pass(1000);
    assert.deepEqual(reading.bodies(), [
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("makes no batch larger than one invocation may be", async () => {
    const body = "x".repeat(2_500_000);
    reading.stream.send("shard-0", body, body, body);
    reading.start();
    (await reading.call(1)).succeed();
    (await reading.call(2)).succeed();
    assert.deepEqual(
      reading.bodies().map(({ length }) => length),
      [2, 1],
    );
  });

  it("passes over what no filter wants, and the checkpoint with it", async () => {
    const { stream } = reading;
    stream.send("shard-0", '{"n":1}', '{"n":2}', "text", '{"n":1,"m":2}', '{"n":3}');
    reading.start({ FilterCriteria: { Filters: [{ Pattern: '{"data":{"n":[1]}}' }] } });
    (await reading.call(1)).succeed();
    await reading.idle();
    assert.deepEqual(reading.bodies(), [['{"n":1}', '{"n":1,"m":2}']]);
    const kept = await reading.checkpoints.list("uuid");
    assert.deepEqual(kept.find(({ shardId }) => shardId === "shard-0")?.checkpoint.position, {
      kind: "after",
      sequenceNumber: "5",
    });
  });

  it("tries a batch again until it succeeds, with pauses that grow", async () => {
    const { stream, clock } = reading;
    stream.send("shard-0", "a");
    const reader = reading.start();
    for (let attempt = 1; attempt <= 5; attempt++) {
      (await reading.call(attempt)).fail();
      await reading.idle();
      assert.equal(reader.lastResult, "PROBLEM: Function call failed");
      clock.pass(100 * 2 ** (attempt - 1) - 1);
      await reading.idle();
      assert.equal(reading.fake.calls.length, attempt, "it waits");
      clock.pass(1);
    }
    (await reading.call(6)).succeed();
    await reading.idle();
    assert.equal(reader.lastResult, "OK");
  });

  it("gives up after MaximumRetryAttempts, tells the destination first, and goes on behind", async () => {
    const { stream, told } = reading;
    stream.send("shard-0", "a", "b", "c");
    reading.start({ BatchSize: 2, MaximumRetryAttempts: 1, DestinationConfig: QUEUE });
    reading.deliveryFaults = [new Error("not now")];
    expectedFaults = 1;
    (await reading.call(1)).fail();
    await reading.pass(100);
    (await reading.call(2)).fail();
    await reading.idle();
    assert.equal(told.length, 0);
    const kept = await reading.checkpoints.list("uuid");
    assert.deepEqual(
      kept.map(({ shardId }) => shardId),
      [""],
      "no checkpoint before it is told",
    );
    await reading.pass(100);
    assert.deepEqual((await reading.call(3)).bodies, ["c"]);
    const [record] = told;
    const requestId = record?.requestContext.requestId ?? "";
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(record, {
      requestContext: {
        requestId,
        functionArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: "1970-01-01T00:00:01.200Z",
      KinesisBatchInfo: {
        shardId: "shard-0",
        startSequenceNumber: "1",
        endSequenceNumber: "2",
        approximateArrivalOfFirstRecord: "1970-01-01T00:00:01.000Z",
        approximateArrivalOfLastRecord: "1970-01-01T00:00:01.000Z",
        batchSize: 2,
        streamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/fake",
      },
    });
  });

  it("puts the whole event into a bucket", async () => {
    reading.stream.send("shard-0", "a");
    const DestinationConfig = { OnFailure: { Destination: "arn:aws:s3:::failed" } };
    reading.start({ MaximumRetryAttempts: 0, DestinationConfig });
    (await reading.call(1)).fail();
    await reading.idle();
    const [[key, text] = ["", "{}"]] = reading.objects;
    assert.match(
      key,
      /^failed\/aws\/lambda\/uuid\/shard-0\/1970\/01\/01\/1970-01-01T00\.00\.01-[0-9a-f-]{36}$/,
    );
    const { payload, KinesisBatchInfo } = JSON.parse(text) as Told;
    assert.deepEqual(payload, { Records: [{ body: "a", key: "k", sequenceNumber: "1" }] });
    assert.equal(KinesisBatchInfo.batchSize, 1);
  });

  it("goes on, and counts it, where the destination will never take the record", async () => {
    reading.stream.send("shard-0", "a", "b");
    reading.start({ BatchSize: 1, MaximumRetryAttempts: 0, DestinationConfig: QUEUE });
    reading.deliveryFaults = [new Undeliverable("no such queue")];
    expectedFaults = 1;
    (await reading.call(1)).fail();
    assert.deepEqual((await reading.call(2)).bodies, ["b"]);
    assert.equal(reading.observations.filter(({ kind }) => kind === "deliveryFailed").length, 1);
  });

  it("bisects what fails until the record that does it is alone; the halves use up no attempts", async () => {
    const { stream, fake, told } = reading;
    fake.answer = ({ bodies }) => (bodies.includes("bad") ? true : {});
    stream.send("shard-0", "a", "b", "c", "bad", "e", "f");
    reading.start({
      ...{ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, DestinationConfig: QUEUE },
    });
    await reading.pass(200, 100);
    assert.deepEqual(reading.bodies(), [
      ["a", "b", "c", "bad", "e", "f"],
      ["a", "b", "c"],
      ["bad", "e", "f"],
      ["bad"],
      ["bad"],
      ["e", "f"],
    ]);
    assert.equal(told.length, 1);
    assert.equal(told[0]?.requestContext.approximateInvokeCount, 2);
  });

  it("begins again at the first record that is reported as failed", async () => {
    const { stream, told } = reading;
    stream.send("shard-0", "a", "b", "c", "d");
    reading.start({
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ...{ MaximumRetryAttempts: 1, DestinationConfig: QUEUE },
    });
    const failures = (...ids: string[]) => ({
      batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
    });
    (await reading.call(1)).succeed(failures("4", "2"));
    await reading.pass(100);
    (await reading.call(2)).succeed(failures("3"));
    await reading.pass(100);
    (await reading.call(3)).succeed(failures("3"));
    await reading.idle();
    assert.deepEqual(reading.bodies(), [
      ["a", "b", "c", "d"],
      ["b", "c", "d"],
      ["c", "d"],
    ]);
    assert.equal(told.length, 1);
    assert.equal(told[0]?.responseContext?.functionError, null);
  });

  it("takes an answer that it does not understand for a failure of the whole batch", async () => {
    reading.stream.send("shard-0", "a", "b");
    reading.start({ FunctionResponseTypes: ["ReportBatchItemFailures"] });
    (await reading.call(1)).succeed({ batchItemFailures: [{ itemIdentifier: "17" }] });
    await reading.pass(100);
    assert.deepEqual((await reading.call(2)).bodies, ["a", "b"]);
  });

  it("cuts at the reported record where it bisects, and halves where that is the first", async () => {
    reading.stream.send("shard-0", "a", "b", "c", "d", "e");
    const { fake } = reading;
    fake.answer = ({ bodies, numbers }) => {
      const at = bodies.indexOf("d");
      return at < 0 ? {} : { batchItemFailures: [{ itemIdentifier: numbers[at] }] };
    };
    reading.start({
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ...{ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
    });
    await reading.idle();
    assert.deepEqual(reading.bodies(), [["a", "b", "c", "d", "e"], ["d", "e"], ["d"], ["e"]]);
  });

  it("tells of records that are too old instead of handing them over", async () => {
    const { stream, clock, told } = reading;
    stream.send("shard-0", "old", "older");
    clock.pass(61_000);
    stream.send("shard-0", "new");
    reading.start({ MaximumRecordAgeInSeconds: 60, DestinationConfig: QUEUE });
    assert.deepEqual((await reading.call(1)).bodies, ["new"]);
    assert.equal(told[0]?.requestContext.condition, "RecordAgeExceeded");
    assert.equal(told[0]?.responseContext, undefined);
    assert.equal(told[0]?.KinesisBatchInfo.batchSize, 2);
  });

  it("ends its attempts when the records have become too old meanwhile, or the stream no longer has them", async () => {
    for (const [MaximumRecordAgeInSeconds, ageMs] of [
      [60, 61_000],
      [-1, 24 * 60 * 60 * 1000 + 1],
    ] as const) {
      const other = new StreamReading();
      other.stream.send("shard-0", "bad");
      other.start({ MaximumRecordAgeInSeconds, DestinationConfig: QUEUE });
      (await other.call(1)).fail();
      await other.idle();
      other.clock.pass(ageMs);
      await other.idle();
      assert.equal(other.fake.calls.length, 1);
      assert.equal(other.told.length, 1);
      await other.stop();
    }
  });

  it("does not count throttles, or a function that is not there, as attempts", async () => {
    const { stream, fake } = reading;
    fake.places = 0;
    stream.send("shard-0", "a");
    const reader = reading.start({ MaximumRetryAttempts: 0, DestinationConfig: QUEUE });
    await reading.pass(10_000);
    assert.ok(fake.throttles > 3);
    reading.isFunctionThere = false;
    await reading.pass(10_000);
    assert.equal(reader.lastResult, "PROBLEM: Function cannot be called");
    reading.isFunctionThere = true;
    fake.places = 1;
    await reading.pass(10_000);
    (await reading.call(1)).succeed();
    await reading.idle();
    assert.equal(reader.lastResult, "OK");
    assert.equal(reading.told.length, 0);
  });

  it("tells how old the last record of each batch is", async () => {
    reading.stream.send("shard-0", "a");
    reading.clock.pass(500);
    reading.stream.send("shard-0", "b");
    reading.clock.pass(250);
    reading.start();
    (await reading.call(1)).succeed();
    const [seen] = reading.observations;
    assert.equal(seen?.kind === "streamBatchSent" && seen.ageMs, 250);
  });

  it("counts what it does where the mapping asks for it", async () => {
    reading.stream.send("shard-0", '{"n":1}', '{"n":2}');
    reading.start({
      MetricsConfig: { Metrics: ["EventCount"] },
      FilterCriteria: { Filters: [{ Pattern: '{"data":{"n":[1]}}' }] },
      ...{ MaximumRetryAttempts: 0, DestinationConfig: QUEUE },
    });
    (await reading.call(1)).fail();
    await reading.idle();
    assert.deepEqual(Object.fromEntries(reading.metrics.map(({ name, value }) => [name, value])), {
      PolledEventCount: 2,
      FilteredOutEventCount: 1,
      InvokedEventCount: 1,
      FailedInvokeEventCount: 1,
      OnFailureDestinationDeliveredEventCount: 1,
      DroppedEventCount: 1,
    });
  });

  it("renews an iterator that is too old, and goes on where it was", async () => {
    const { stream } = reading;
    stream.send("shard-0", "a");
    reading.start();
    (await reading.call(1)).succeed();
    await reading.idle();
    stream.send("shard-0", "b");
    stream.faults = [new StreamFault("expired", "too old")];
    await reading.pass(1000);
    assert.deepEqual((await reading.call(2)).bodies, ["b"]);
    assert.deepEqual(stream.asked, [{ kind: "horizon" }, { kind: "after", sequenceNumber: "1" }]);
  });

  it("reads no further ahead than its bounds, and goes on when there is room", async () => {
    const { stream, fake } = reading;
    const bodies = Array.from({ length: 15_000 }, (_, at) => String(at));
    stream.send("shard-0", ...bodies);
    reading.start({ BatchSize: 6_000 });
    await reading.call(1);
    const begun = stream.reads;
    assert.equal(begun, 10, "ten pages of a thousand records");
    await reading.pass(60_000);
    assert.equal(stream.reads, begun);
    fake.calls[0]?.succeed();
    (await reading.call(2)).succeed();
    (await reading.call(3)).succeed();
    await reading.idle();
    assert.deepEqual(reading.bodies().flat(), bodies);
  });

  it("waits longer and longer where the stream is busy or does not answer", async () => {
    const { stream, clock } = reading;
    stream.send("shard-0", "a");
    stream.faults = [new StreamFault("busy", "slower"), new Error("reset"), new Error("reset")];
    const reader = reading.start();
    // Once, until it answers.
    expectedFaults = 1;
    await reading.idle();
    clock.pass(200);
    await reading.idle();
    assert.equal(reader.lastResult, "PROBLEM: Event source cannot be read");
    clock.pass(400);
    await reading.idle();
    assert.equal(reading.fake.calls.length, 0);
    clock.pass(800);
    assert.deepEqual((await reading.call(1)).bodies, ["a"]);
    assert.equal(reader.lastResult, "No records processed");
  });
});
