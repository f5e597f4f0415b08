/** When the log writer writes, what it keeps in order, and what it does when the store cannot keep up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../testkit/hand-clock.ts";
import { LOGS_LIMITS } from "../config/mod.ts";
import { deferred } from "../kit/mod.ts";
import type { LogStreamRef } from "../model/mod.ts";
import { type LogAppend, type LogStore, SqliteLogStore } from "../store/mod.ts";
import { LogWriter, type LogWriterLimits } from "./log-writer.ts";

const STREAM = streamRef("s");

function streamRef(stream: string): LogStreamRef {
  return { accountId: "000000000000", region: "us-east-1", group: "g", stream };
}

/** Remembers the batches; holds each until `release` where `isHeld`. */
class MemoryStore {
  readonly batches: (readonly LogAppend[])[] = [];
  readonly bounds: number[] = [];
  fault: Error | undefined;
  isHeld = false;
  release: () => void = () => {};

  async append(batch: readonly LogAppend[]): Promise<void> {
    if (this.fault !== undefined) throw this.fault;
    if (this.isHeld) {
      const { promise, resolve } = deferred<void>();
      this.release = resolve;
      await promise;
    }
    this.batches.push(batch);
  }

  async enforceBounds(_nowMs: number, bytesMax: number): Promise<number> {
    this.bounds.push(bytesMax);
    return 0;
  }

  messages(): string[] {
    return this.batches.flat().flatMap(({ events }) => events.map((event) => event.message));
  }
}

function setUp(limits: Partial<LogWriterLimits> = {}) {
  const clock = new HandClock();
  const store = new MemoryStore();
  const faults: unknown[] = [];
  const writer = new LogWriter({
    store: store as unknown as LogStore,
    clock,
    reportFault: (error) => void faults.push(error),
    limits: { writeDelayMs: 20, retentionSweepMs: 600_000, ...limits },
  });
  const write = (message: string, stream = STREAM) =>
    writer.write(stream, { timestampMs: clock.nowMs(), message });
  return { clock, store, faults, writer, write };
}

test("events wait for the delay and are written as one batch, by stream, in order", async () => {
  const { clock, store, writer, write } = setUp();
  const other = streamRef("other");
  write("a1");
  write("b1", other);
  write("a2");
  clock.pass(19);
  assert.equal(store.batches.length, 0);
  clock.pass(1);
  await writer.flush();
  assert.deepEqual(store.batches, [
    [
      { stream: STREAM, events: [at("a1"), at("a2")] },
      { stream: other, events: [at("b1")] },
    ],
  ]);

  function at(message: string) {
    return { timestampMs: 1000, message };
  }
});

test("one timer serves all waiting events, and none runs while nothing waits", async () => {
  const { clock, writer, write } = setUp();
  const sweepOnly = clock.timers;
  for (let index = 0; index < 100; index++) write(String(index));
  assert.equal(clock.timers, sweepOnly + 1);
  clock.pass(20);
  await writer.flush();
  assert.equal(clock.timers, sweepOnly);
});

test("a large batch does not wait for the delay", async () => {
  const { clock, store, writer, write } = setUp({ writeBatchEventsMax: 3 });
  for (const message of ["a", "b", "c"]) write(message);
  clock.pass(0);
  await writer.flush();
  assert.deepEqual(store.messages(), ["a", "b", "c"]);
});

test("a flush resolves when everything written before it is stored, in several batches if need be", async () => {
  const { store, writer, write } = setUp({ writeBatchEventsMax: 2 });
  for (const message of ["a", "b", "c", "d", "e"]) write(message);
  await writer.flush();
  assert.deepEqual(store.messages(), ["a", "b", "c", "d", "e"]);
  assert.equal(store.batches.length, 3);
  await writer.flush();
  assert.equal(store.batches.length, 3);
});

test("a flush waits for the batch under way, and batches do not overtake one another", async () => {
  const { clock, store, writer, write } = setUp();
  store.isHeld = true;
  write("a");
  clock.pass(20);
  write("b");
  const flushed = writer.flush();
  let isFlushed = false;
  void flushed.then(() => (isFlushed = true));
  await new Promise(setImmediate);
  assert.equal(isFlushed, false);
  store.isHeld = false;
  store.release();
  await flushed;
  assert.deepEqual(store.messages(), ["a", "b"]);
});

test("when too many wait the oldest are dropped, and their stream's log says how many", async () => {
  const { store, writer, write } = setUp({ waitingEventsMax: 3 });
  const quiet = streamRef("quiet");
  write("kept?", quiet);
  for (let index = 0; index < 10; index++) write(String(index));
  await writer.flush();
  const [batch = []] = store.batches;
  const byStream = new Map(batch.map(({ stream, events }) => [stream, events.map((event) => event.message)]));
  const said = (count: number) =>
    `${count} log events were dropped: they came faster than they could be stored.\n`;
  assert.deepEqual(byStream.get(STREAM), [said(7), "7", "8", "9"]);
  assert.deepEqual(byStream.get(quiet), [said(1)]);
  write("on it goes");
  await writer.flush();
  assert.equal(store.messages().at(-1), "on it goes");
});

test("the characters that wait are bounded too", async () => {
  const { store, writer, write } = setUp({ waitingCharactersMax: 100 });
  write("a".repeat(60));
  write("b".repeat(60));
  await writer.flush();
  assert.deepEqual(
    store.messages().map((message) => message[0]),
    ["1", "b"],
  );
});

test("events dropped while a batch is being written do not end a flush early", async () => {
  const { clock, store, writer, write } = setUp({ waitingEventsMax: 2 });
  store.isHeld = true;
  write("first");
  clock.pass(20);
  await new Promise(setImmediate);
  for (const message of ["a", "b", "c", "d"]) write(message);
  const flushed = writer.flush();
  store.isHeld = false;
  store.release();
  await flushed;
  assert.deepEqual(store.messages().slice(-2), ["c", "d"]);
  assert.equal(store.messages()[0], "first");
});

test("a batch that cannot be stored is reported, and the writer goes on", async () => {
  const { store, faults, writer, write } = setUp();
  store.fault = new Error("disk full");
  write("lost");
  await writer.flush();
  assert.deepEqual(faults, [store.fault]);
  store.fault = undefined;
  write("kept");
  await writer.flush();
  assert.deepEqual(store.messages(), ["kept"]);
});

test("bounds are enforced from time to time", async () => {
  const { clock, store } = setUp({ storedBytesMax: 77 });
  clock.pass(600_000);
  await new Promise(setImmediate);
  clock.pass(600_000);
  assert.deepEqual(store.bounds, [77, 77]);
});

test("closing writes what waits and leaves no timer behind", async () => {
  const { clock, store, writer, write } = setUp();
  write("last");
  await writer.close();
  assert.deepEqual(store.messages(), ["last"]);
  assert.equal(clock.timers, 0);
});

test("taps see every event as it comes, also what is shown to them", () => {
  const { writer, write } = setUp();
  write("nobody looks");
  const seen: string[] = [];
  writer.addTap((stream, event) => seen.push(`${stream.stream} ${event.message}`));
  write("written");
  writer.show(streamRef("t"), [{ timestampMs: 1, message: "put" }]);
  assert.deepEqual(seen, ["s written", "t put"]);
});

test("the sweep of the writer lets go what is past its group's retention", async () => {
  const clock = new HandClock();
  const store = new SqliteLogStore(":memory:");
  const reportFault = (error: unknown) => assert.fail(String(error));
  const writer = new LogWriter({ store, clock, reportFault });
  const left = async () => {
    const query = { descending: false, limit: 10, bytesMax: 1e6, scanEventsMax: 10 };
    return (await store.queryEvents(STREAM, "g", query)).events.map(({ message }) => message);
  };
  const swept = async () => {
    clock.pass(LOGS_LIMITS.retentionSweepMs);
    // Closing waits for the sweep; here it only has to be over.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  writer.write(STREAM, { timestampMs: clock.nowMs(), message: "old" });
  await writer.flush();
  await store.updateGroup(STREAM, "g", () => ({ retentionDays: 1 }));
  clock.pass(23 * 60 * 60 * 1000);
  writer.write(STREAM, { timestampMs: clock.nowMs(), message: "new" });
  await writer.flush();
  await swept();
  assert.deepEqual(await left(), ["old", "new"]);
  clock.pass(60 * 60 * 1000);
  await swept();
  assert.deepEqual(await left(), ["new"]);
  await writer.close();
  await store.close();
});
