/** Where reading begins, goes on and ends: positions, checkpoints, shards that split and merge, streams that go and come. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { StreamReading } from "../../../testkit/stream-reading.ts";
import { waitFor } from "../../../testkit/wait.ts";

describe("the position of a reader of streams", () => {
  let reading: StreamReading;
  beforeEach(() => {
    reading = new StreamReading();
    reading.fake.answer = () => ({});
  });
  afterEach(async () => {
    await reading.stop();
    await reading.idle();
    assert.deepEqual(reading.faults, []);
    assert.equal(reading.clock.timers, 0, "a wait was left behind");
  });

  const seen = () => reading.bodies().flat();

  it("is behind the last batch that is done, after a kill", async () => {
    const { stream, fake } = reading;
    fake.answer = undefined;
    stream.send("shard-0", "a", "b", "c", "d", "e", "f");
    reading.start({ BatchSize: 2 });
    (await reading.call(1)).succeed();
    await reading.call(2);
    await reading.kill();
    reading.start({ BatchSize: 2 });
    const again = await reading.call(3);
    assert.deepEqual(again.bodies, ["c", "d"], "what was under way comes again, what was done does not");
    again.succeed();
    assert.deepEqual((await reading.call(4)).bodies, ["e", "f"]);
  });

  it("is kept through a stop and through changed settings", async () => {
    const { stream, clock } = reading;
    stream.send("shard-0", "a");
    const reader = reading.start();
    await reading.idle();
    reader.reconfigure(reading.mapping({ BatchSize: 1 }));
    stream.send("shard-0", "b", "c");
    await reading.idle();
    assert.deepEqual(reading.bodies(), [["a"], ["b"], ["c"]]);
    await reading.stop();
    clock.pass(3_600_000);
    stream.send("shard-0", "d");
    reading.start();
    await reading.idle();
    assert.deepEqual(seen(), ["a", "b", "c", "d"]);
  });

  it("lets a batch that fails again and again be tried by new settings", async () => {
    const { stream, fake } = reading;
    fake.answer = ({ bodies }) => (bodies.includes("bad") ? true : {});
    stream.send("shard-0", "bad", "good");
    const reader = reading.start({ BatchSize: 1 });
    await reading.pass(5000);
    reader.reconfigure(reading.mapping({ BatchSize: 1, MaximumRetryAttempts: 0 }));
    await reading.idle();
    assert.equal(seen().at(-1), "good");
  });

  it("begins with what comes from now on where LATEST says so, also after a kill before the first record", async () => {
    for (const knowsTime of [true, false]) {
      const other = new StreamReading();
      other.fake.answer = () => ({});
      other.stream.knowsTime = knowsTime;
      other.clock.pass(100_000);
      other.stream.send("shard-0", "old", "older");
      await other.pass(10_000);
      other.start({ StartingPosition: "LATEST" });
      await other.idle();
      assert.deepEqual(other.bodies(), []);
      await other.kill();
      other.stream.send("shard-0", "while it was away");
      other.start({ StartingPosition: "LATEST" });
      await other.idle();
      other.stream.send("shard-0", "new");
      await other.pass(1000);
      assert.deepEqual(other.bodies().flat(), ["while it was away", "new"]);
      await other.stop();
    }
  });

  it("begins at a time", async () => {
    const { stream, clock } = reading;
    stream.send("shard-0", "old");
    clock.pass(5000);
    stream.send("shard-0", "new");
    reading.start({ StartingPosition: "AT_TIMESTAMP", startingPositionTimestampMs: 4000 });
    await reading.idle();
    assert.deepEqual(seen(), ["new"]);
  });

  it("gets to children when their parents are done with, and knows that after a restart", async () => {
    const { stream, fake } = reading;
    fake.answer = undefined;
    const second = stream.addShard();
    stream.send("shard-0", "a");
    stream.send(second, "b");
    reading.start();
    await reading.call(2);
    const [left = "", right = ""] = stream.reshard(["shard-0"], 2);
    const [merged = ""] = stream.reshard([second, right], 1);
    stream.send(left, "left");
    stream.send(right, "right");
    stream.send(merged, "merged");
    await reading.pass(20_000);
    assert.deepEqual(seen().sort(), ["a", "b"], "parents that are not done with hold their children up");
    reading.fake.calls.find(({ bodies }) => bodies[0] === "a")?.succeed();
    await reading.pass(20_000);
    assert.deepEqual(seen().slice(2).sort(), ["left", "right"]);
    for (const call of fake.calls) call.succeed();
    await reading.pass(20_000);
    assert.equal(seen().at(-1), "merged");
    fake.calls.at(-1)?.succeed();
    await reading.idle();
    await reading.kill();
    reading.start();
    await reading.pass(20_000);
    assert.equal(seen().length, 5, "nothing comes again");
  });

  it("passes over closed shards where LATEST says so, and over nothing in shards that come later", async () => {
    const { stream } = reading;
    stream.send("shard-0", "old");
    const [child = ""] = stream.reshard(["shard-0"], 1);
    reading.start({ StartingPosition: "LATEST" });
    await reading.idle();
    stream.send(child, "a");
    const [grandchild = ""] = stream.reshard([child], 1);
    stream.send(grandchild, "b");
    await reading.pass(20_000);
    assert.deepEqual(seen(), ["a", "b"]);
  });

  it("is forgotten with shards that are no longer listed", async () => {
    const { stream } = reading;
    const [child = ""] = stream.reshard(["shard-0"], 1);
    reading.start();
    await reading.pass(2000);
    const shards = async () => (await reading.checkpoints.list("uuid")).map(({ shardId }) => shardId);
    assert.deepEqual(await shards(), ["", "shard-0"]);
    stream.shards.shift();
    await reading.pass(20_000);
    assert.deepEqual(await shards(), [""]);
    stream.send(child, "a");
    await reading.pass(2000);
    assert.deepEqual(seen(), ["a"]);
  });

  it("is that of another stream when one was made anew under the name", async () => {
    const { stream } = reading;
    stream.send("shard-0", "a", "b");
    const reader = reading.start({ StartingPosition: "LATEST" });
    await reading.idle();
    stream.send("shard-0", "c");
    await reading.pass(1000);
    stream.isThere = false;
    await reading.pass(10_000);
    assert.equal(reader.lastResult, "PROBLEM: Event source cannot be read");
    stream.shards.length = 0;
    stream.addShard();
    stream.identity = "second";
    stream.isThere = true;
    stream.send("shard-0", "d");
    await reading.pass(10_000);
    assert.deepEqual(seen(), ["c", "d"], "all of the new stream is new");
    assert.equal(reader.lastResult, "OK");
  });

  it("waits for a stream that is not there yet", async () => {
    reading.stream.isThere = false;
    const reader = reading.start();
    await reading.pass(60_000);
    assert.equal(reader.lastResult, "PROBLEM: Event source cannot be read");
    reading.stream.isThere = true;
    reading.stream.send("shard-0", "a");
    await waitFor("the record", async () => {
      await reading.pass(1000);
      return seen().length > 0 ? true : undefined;
    });
  });

  it("is left at once when the reader stops, though the stream does not answer", async () => {
    for (const call of ["describe", "iterator", "read"] as const) {
      const other = new StreamReading();
      Object.assign(other.stream, { [call]: () => new Promise(() => {}) });
      other.start();
      await other.idle();
      await other.stop();
    }
  });

  it("is lost by no fault of the store: what was not noted comes again", async () => {
    const { stream } = reading;
    stream.send("shard-0", "a", "b");
    reading.checkpoints.onCommit = (writes) => {
      if (writes.some((write) => write.kind === "write" && write.shardId !== "")) throw new Error("full");
    };
    reading.start({ BatchSize: 1 });
    await reading.idle();
    assert.deepEqual(seen(), ["a", "b"], "it goes on");
    assert.equal(reading.faults.splice(0).length, 2);
    await reading.kill();
    reading.start({ BatchSize: 1 });
    await reading.idle();
    assert.deepEqual(seen(), ["a", "b", "a", "b"]);
  });
});

describe("ParallelizationFactor", () => {
  let reading: StreamReading;
  beforeEach(() => {
    reading = new StreamReading();
  });
  afterEach(() => reading.stop());

  const KEYS = ["a", "b", "c", "d", "e", "f", "g", "h"];

  function send(count: number): void {
    for (let at = 0; at < count; at++) {
      for (const key of KEYS) reading.stream.sendKeyed("shard-0", key, `${key}${at}`);
    }
  }

  it("lets so many batches of a shard run beside each other, and none with the same key", async () => {
    send(2);
    reading.start({ ParallelizationFactor: 4, BatchSize: 3 });
    await reading.pass(1000);
    const { calls } = reading.fake;
    assert.ok(calls.length > 1 && calls.length <= 4, `${calls.length} calls`);
    for (let at = 0; at < calls.length; at++) {
      calls[at]?.succeed();
      await reading.idle();
    }
    assert.equal(reading.bodies().flat().length, 2 * KEYS.length);
    for (const key of KEYS) {
      const ofKey = reading
        .bodies()
        .flat()
        .filter((body) => body.startsWith(key));
      assert.deepEqual(ofKey, [`${key}0`, `${key}1`]);
    }
  });

  it("goes on beside a lane that is stuck, and after a kill only that lane's records come again", async () => {
    reading.fake.answer = ({ bodies }) => (bodies.some((body) => body.startsWith("a")) ? true : {});
    send(3);
    const settings = { ParallelizationFactor: 10, BatchSize: 1 };
    reading.start(settings);
    await reading.pass(1000);
    const stuck = new Set(
      reading
        .bodies()
        .filter(([body = ""]) => body.startsWith("a"))
        .flat(),
    );
    assert.deepEqual([...stuck], ["a0"]);
    const done = reading
      .bodies()
      .flat()
      .filter((body) => !body.startsWith("a"));
    await reading.kill();
    reading.fake.calls.length = 0;
    reading.fake.answer = () => ({});
    reading.start(settings);
    await reading.pass(1000);
    const again = reading.bodies().flat();
    assert.deepEqual(
      again.filter((body) => done.includes(body)),
      [],
    );
    assert.deepEqual(
      [...again, ...done].sort(),
      KEYS.flatMap((key) => [`${key}0`, `${key}1`, `${key}2`]),
    );
  });
});
