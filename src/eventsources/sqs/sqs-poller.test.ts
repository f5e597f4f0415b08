/** The poller against a queue and a function of the test's, on a clock of the test's. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FAKE_QUEUE, FakeQueue } from "../../../testkit/fake-queue.ts";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { observedFunction } from "../../../testkit/observations.ts";
import { waitFor } from "../../../testkit/wait.ts";
import type {
  EventSourceMapping,
  FunctionShared,
  Invocation,
  InvocationOutcome,
  Invoker,
  MappingSettings,
} from "../../model/mod.ts";
import { FunctionPlaces } from "../function-places.ts";
import { SqsPoller } from "./sqs-poller.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };

interface Call {
  readonly bodies: readonly string[];
  readonly payload: Buffer;
  readonly traceId: string | undefined;
  succeed(answer?: unknown): void;
  fail(): void;
}

/** Calls wait until the test ends them. */
class FakeFunction implements Invoker {
  readonly calls: Call[] = [];
  places = Number.POSITIVE_INFINITY;
  running = 0;
  throttles = 0;
  fault: Error | undefined;

  async invoke({ payload, traceId, onAdmitted }: Invocation): Promise<InvocationOutcome> {
    if (this.running >= this.places) {
      this.throttles++;
      if (this.throttles > 1 && this.fault !== undefined) throw this.fault;
      return { kind: "throttled", reason: "ReservedFunctionConcurrentInvocationLimitExceeded" };
    }
    onAdmitted?.();
    this.running++;
    const ended = Promise.withResolvers<InvocationOutcome>();
    const { Records } = JSON.parse(payload.toString()) as { Records: { body: string }[] };
    const end = (kind: "success" | "functionError", answer: unknown): void =>
      ended.resolve({ kind, payload: Buffer.from(JSON.stringify(answer)), logTail: undefined });
    this.calls.push({
      ...{ payload, traceId },
      bodies: Records.map(({ body }) => body),
      succeed: (answer = null) => end("success", answer),
      fail: () => end("functionError", {}),
    });
    try {
      return await ended.promise;
    } finally {
      this.running--;
    }
  }
}

describe("the poller of a queue", () => {
  let clock: HandClock;
  let queue: FakeQueue;
  let fake: FakeFunction;
  let poller: SqsPoller;
  let places: FunctionPlaces;
  let isFunctionThere: boolean;
  const faults: unknown[] = [];
  beforeEach(() => {
    clock = new HandClock();
    queue = new FakeQueue(clock);
    fake = new FakeFunction();
    places = new FunctionPlaces(clock);
    isFunctionThere = true;
    faults.length = 0;
  });
  afterEach(async () => {
    fake.places = Number.POSITIVE_INFINITY;
    const stopped = poller.stop();
    for (const call of fake.calls) call.succeed();
    await stopped;
    assert.deepEqual(faults, []);
    assert.deepEqual([clock.timers, queue.waiting], [0, 0], "a wait was left behind");
  });

  const mappingOf = (settings: Partial<MappingSettings> = {}): EventSourceMapping => ({
    uuid: "uuid",
    kind: "sqs",
    sourceArn: FAKE_QUEUE,
    functionName: "f",
    isEnabled: true,
    state: "Enabled",
    lastModifiedMs: 0,
    settings: { BatchSize: 1, ...settings },
    tags: {},
  });

  function poll(settings: Partial<MappingSettings> = {}): void {
    poller = pollerOf(queue, settings);
  }

  function pollerOf(queues: FakeQueue, settings: Partial<MappingSettings> = {}): SqsPoller {
    const target = observedFunction("f");
    const shared: FunctionShared = { name: "f", tags: {} };
    return new SqsPoller(
      {
        ...{ queues, scope: SCOPE, invoker: fake, clock, places },
        resolve: async () => (isFunctionThere ? { target, shared } : undefined),
        observe: () => {},
        reportFault: (error) => faults.push(error),
      },
      mappingOf(settings),
    );
  }

  const until = (what: string, holds: () => boolean) => waitFor(what, () => (holds() ? true : undefined));
  const calls = (count: number) => until(`${count} calls`, () => fake.calls.length >= count);
  const bodies = (count: number) => Array.from({ length: count }, (_, at) => String(at));
  /** Everything that can happen without time has happened: the poller waits for a message or a place. */
  const idle = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it("begins with five batches at a time, and has five more for each second in which all are busy", async () => {
    queue.send(...bodies(40));
    poll();
    await calls(5);
    await idle();
    assert.equal(fake.calls.length, 5);
    clock.pass(1000);
    await calls(10);
    await idle();
    assert.equal(fake.calls.length, 10);
    // A batch's end gives its own place, no more.
    fake.calls[0]?.succeed();
    await calls(11);
    clock.pass(1000);
    await calls(16);
    await idle();
    assert.equal(fake.calls.length, 16);
    assert.equal(queue.visible, 24);
  });

  it("keeps to MaximumConcurrency", async () => {
    queue.send(...bodies(10));
    poll({ ScalingConfig: { MaximumConcurrency: 2 } });
    await calls(2);
    clock.pass(10_000);
    await idle();
    assert.equal(fake.calls.length, 2);
    fake.calls[1]?.succeed();
    await calls(3);
    assert.equal(queue.visible, 7);
  });

  it("holds what is throttled, reads nothing beside it, and goes on in the place that becomes free", async () => {
    fake.places = 2;
    queue.send(...bodies(20));
    poll();
    await calls(2);
    await idle();
    assert.ok(queue.visible >= 15, `${queue.visible} are left`);
    const received = 20 - queue.visible;
    // Longer than the queue's own visibility timeout, many times.
    for (let passed = 0; passed < 300; passed += 5) {
      clock.pass(5000);
      await idle();
    }
    assert.equal(20 - queue.visible, received);
    for (let at = 0; at < 20; at++) {
      await calls(at + 1);
      assert.ok(fake.running <= 2);
      fake.calls[at]?.succeed();
    }
    await until("all to be deleted", () => queue.messages.length === 0);
    assert.equal(fake.calls.length, 20);
  });

  it("takes turns with another mapping of the same function", async () => {
    fake.places = 1;
    const other = new FakeQueue(clock);
    queue.send(...bodies(10));
    other.send("other 0", "other 1");
    poll();
    await calls(1);
    const second = pollerOf(other);
    await until("a throttle of the other", () => other.visible < 2);
    await idle();
    for (let at = 0; at < 5; at++) {
      await calls(at + 1);
      await idle();
      fake.calls[at]?.succeed();
    }
    await until("the other's messages to be gone", () => other.messages.length === 0);
    await second.stop();
  });

  it("goes on after a fault of our own, and loses no message by it", async () => {
    fake.places = 0;
    fake.fault = new Error("ours");
    queue.send("a");
    poll();
    await until("a throttle", () => fake.throttles === 1);
    await idle();
    clock.pass(100);
    await until("the fault", () => faults.length > 0);
    assert.deepEqual(faults.splice(0), [fake.fault]);
    fake.places = 1;
    await idle();
    clock.pass(30_000);
    queue.wake();
    await calls(1);
  });

  it("puts off the visibility timeout while the function runs", async () => {
    queue.ownVisibilityMs = 1000;
    queue.send("slow");
    poll();
    await calls(1);
    for (let passed = 0; passed < 60; passed++) {
      clock.pass(2000);
      await idle();
      assert.equal(queue.visible, 0);
    }
    fake.calls[0]?.succeed();
    await until("it to be deleted", () => queue.messages.length === 0);
  });

  it("leaves failed messages until the queue's own visibility timeout, and pauses longer each time", async () => {
    queue.ownVisibilityMs = 2000;
    queue.send("bad");
    poll();
    await calls(1);
    fake.calls[0]?.fail();
    await idle();
    assert.equal(poller.lastResult, "PROBLEM: Function call failed");
    assert.equal(queue.visible, 0);
    clock.pass(1999);
    assert.equal(queue.visible, 0);
    clock.pass(1);
    assert.equal(queue.visible, 1);
    queue.wake();
    await calls(2);
    fake.calls[1]?.succeed();
    await until("it to be deleted", () => queue.messages.length === 0);
    assert.equal(poller.lastResult, "OK");
  });

  it("pauses after failures, the longer the more there are, until one succeeds", async () => {
    queue.send(...bodies(5));
    poll({ ScalingConfig: { MaximumConcurrency: 1 } });
    await calls(1);
    fake.calls[0]?.fail();
    await idle();
    assert.equal(fake.calls.length, 1);
    clock.pass(100);
    await calls(2);
    fake.calls[1]?.fail();
    await idle();
    clock.pass(199);
    await idle();
    assert.equal(fake.calls.length, 2);
    clock.pass(1);
    await calls(3);
    fake.calls[2]?.succeed();
    await calls(4);
    fake.calls[3]?.succeed();
    await calls(5);
  });

  it("leaves what the function reports, and deletes the rest in batches of ten", async () => {
    queue.send(...bodies(25));
    poll({
      BatchSize: 25,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    await calls(1);
    fake.calls[0]?.succeed({ batchItemFailures: [{ itemIdentifier: "m3" }] });
    await until("the rest to be deleted", () => queue.messages.length === 1);
    assert.equal(queue.messages[0]?.id, "m3");
    assert.deepEqual(queue.deletions, [10, 10, 4]);
  });

  it("does not read the answer where it was not asked to", async () => {
    queue.send("a");
    poll();
    await calls(1);
    fake.calls[0]?.succeed({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    await until("it to be deleted", () => queue.messages.length === 0);
  });

  it("gathers for the window from the first message that matches", async () => {
    poll({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      FilterCriteria: { Filters: [{ Pattern: '{"body":[{"prefix":"yes"}]}' }] },
    });
    await idle();
    queue.send("no");
    await until("it to be deleted", () => queue.messages.length === 0);
    clock.pass(4000);
    await idle();
    queue.send("yes 1");
    await idle();
    clock.pass(4000);
    queue.send("yes 2", "no");
    await idle();
    assert.equal(fake.calls.length, 0);
    clock.pass(1000);
    await calls(1);
    assert.deepEqual(fake.calls[0]?.bodies, ["yes 1", "yes 2"]);
  });

  it("splits what is too large for one invocation", async () => {
    const mebibyte = "x".repeat(1024 * 1024);
    queue.send(...Array.from({ length: 10 }, () => mebibyte));
    poll({ BatchSize: 10 });
    await calls(1);
    assert.equal(fake.calls[0]?.bodies.length, 5);
    fake.calls[0]?.succeed();
    await calls(2);
    assert.equal(fake.calls[1]?.bodies.length, 5);
    for (const { payload } of fake.calls) assert.ok(payload.length <= 6 * 1024 * 1024);
  });

  it("forgets held messages that somebody else removed", async () => {
    fake.places = 0;
    queue.send("a", "b");
    poll({ BatchSize: 2 });
    await until("a throttle", () => fake.throttles > 0);
    queue.messages.splice(0, 1);
    clock.pass(10_000);
    await idle();
    fake.places = 1;
    clock.pass(2000);
    await calls(1);
    assert.deepEqual(fake.calls[0]?.bodies, ["b"]);
  });

  it("gives back at once what no function has when it stops, and waits for the batch that one has", async () => {
    fake.places = 1;
    queue.send(...bodies(2));
    poll();
    await calls(1);
    await until("a throttle", () => fake.throttles > 0);
    let isStopped = false;
    const stopped = poller.stop().then(() => {
      isStopped = true;
    });
    await until("the held one to be back", () => queue.visible === 1);
    assert.equal(isStopped, false);
    fake.calls[0]?.succeed();
    await stopped;
    assert.equal(queue.messages.length, 1);
    assert.equal(queue.waiting, 0);
  });

  it("gives back a batch it is gathering when it stops", async () => {
    queue.send("a");
    poll({ MaximumBatchingWindowInSeconds: 300, BatchSize: 10 });
    await until("the message to be taken", () => queue.visible === 0);
    await poller.stop();
    assert.equal(queue.visible, 1);
    assert.equal(fake.calls.length, 0);
  });

  it("reads by changed settings from then on", async () => {
    queue.send("a");
    poll({ MaximumBatchingWindowInSeconds: 300, BatchSize: 10 });
    await until("the message to be taken", () => queue.visible === 0);
    poller.reconfigure(mappingOf({ BatchSize: 10 }));
    await calls(1);
  });

  it("tells of a queue that is not there, and reads it when it comes back", async () => {
    queue.isThere = false;
    poll();
    await until("the problem", () => poller.lastResult !== undefined);
    assert.equal(poller.lastResult, "PROBLEM: Event source cannot be read");
    clock.pass(250);
    await idle();
    queue.isThere = true;
    queue.send("a");
    clock.pass(500);
    await calls(1);
    assert.equal(poller.lastResult, "No records processed");
  });

  it("takes no message for a function that is not there", async () => {
    isFunctionThere = false;
    queue.send("a");
    poll();
    await until("the problem", () => poller.lastResult !== undefined);
    assert.equal(poller.lastResult, "PROBLEM: Function cannot be called");
    assert.equal(queue.visible, 1);
    isFunctionThere = true;
    clock.pass(250);
    await calls(1);
  });
});
