/** Tumbling windows: state from call to call, and a last call for each window. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type StreamCall, StreamReading } from "../../../testkit/stream-reading.ts";

describe("a tumbling window", () => {
  let reading: StreamReading;
  beforeEach(() => {
    reading = new StreamReading();
    reading.fake.answer = counted;
  });
  afterEach(async () => {
    await reading.stop();
    assert.deepEqual(reading.faults, []);
  });

  function counted({ bodies, members }: StreamCall): unknown {
    const { n = 0 } = members["state"] as { n?: number };
    return { state: { n: n + bodies.length } };
  }

  const calls = () =>
    reading.fake.calls.map(({ bodies, members }) => [
      bodies.join(""),
      (members["state"] as { n?: number }).n ?? 0,
      members["isFinalInvokeForWindow"],
    ]);

  it("hands the state on, and ends with a call of its own", async () => {
    const { stream } = reading;
    stream.send("shard-0", "a", "b", "c");
    reading.start({ TumblingWindowInSeconds: 30, BatchSize: 2 });
    await reading.idle();
    assert.deepEqual(reading.fake.calls[1]?.members, {
      window: { start: "1970-01-01T00:00:00Z", end: "1970-01-01T00:00:30Z" },
      state: { n: 2 },
      shardId: "shard-0",
      eventSourceARN: "arn:aws:kinesis:us-east-1:000000000000:stream/fake",
      isFinalInvokeForWindow: false,
      isWindowTerminatedEarly: false,
    });
    await reading.pass(20_000);
    assert.equal(calls().length, 2, "it is not over");
    await reading.pass(12_000);
    stream.send("shard-0", "d");
    await reading.pass(2000);
    assert.deepEqual(calls(), [
      ["ab", 0, false],
      ["c", 2, false],
      ["", 3, true],
      ["d", 0, false],
    ]);
  });

  it("ends with the first record of a later one, and shares no batch with it", async () => {
    const { stream, clock } = reading;
    stream.send("shard-0", "a");
    clock.pass(40_000);
    stream.send("shard-0", "b", "c");
    reading.start({ TumblingWindowInSeconds: 30 });
    await reading.idle();
    assert.deepEqual(calls(), [
      ["a", 0, false],
      ["", 1, true],
      ["bc", 0, false],
    ]);
  });

  it("keeps its state through a kill", async () => {
    const { stream } = reading;
    stream.send("shard-0", "a", "b");
    reading.start({ TumblingWindowInSeconds: 30 });
    await reading.idle();
    await reading.kill();
    reading.start({ TumblingWindowInSeconds: 30 });
    stream.send("shard-0", "c");
    await reading.pass(40_000);
    assert.deepEqual(calls(), [
      ["ab", 0, false],
      ["c", 2, false],
      ["", 3, true],
    ]);
  });

  it("ends early with its shard, and when its state is too large", async () => {
    const { stream, fake } = reading;
    stream.send("shard-0", "a");
    reading.start({ TumblingWindowInSeconds: 30 });
    await reading.idle();
    stream.reshard(["shard-0"], 1);
    fake.answer = () => ({ state: { large: "x".repeat(1024 * 1024) } });
    await reading.pass(1000);
    stream.send("shard-1", "b");
    await reading.pass(1000);
    const finals = fake.calls.filter(({ members }) => members["isFinalInvokeForWindow"] === true);
    assert.deepEqual(
      finals.map(({ members }) => [members["shardId"], members["isWindowTerminatedEarly"]]),
      [
        ["shard-0", true],
        ["shard-1", true],
      ],
    );
  });

  it("takes an answer without a state for a failure", async () => {
    reading.stream.send("shard-0", "a");
    reading.fake.answer = () => "no state";
    const reader = reading.start({ TumblingWindowInSeconds: 30 });
    await reading.pass(100);
    assert.equal(reader.lastResult, "PROBLEM: Function call failed");
    assert.equal(reading.fake.calls.length, 2);
  });

  it("calls the function for the end of a window as often as for a batch", async () => {
    reading.stream.send("shard-0", "a");
    reading.fake.answer = (call) => (call.members["isFinalInvokeForWindow"] === true ? true : counted(call));
    reading.start({ TumblingWindowInSeconds: 1, MaximumRetryAttempts: 2 });
    await reading.pass(10_000);
    reading.stream.send("shard-0", "b");
    reading.fake.answer = counted;
    await reading.pass(1000);
    assert.deepEqual(calls().slice(0, 5), [
      ["a", 0, false],
      ["", 1, true],
      ["", 1, true],
      ["", 1, true],
      ["b", 0, false],
    ]);
  });
});
