/** What is counted of an observation, when it is written, and what is left of it when it cannot be. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { invoked, observedFunction } from "../../../testkit/observations.ts";
import type { UsageLine, UsageQuery, UsageStore } from "../../store/mod.ts";
import { UsageMeter } from "./usage-meter.ts";
import { requestsOfEvent, usageOfInit, usageOfInvocation } from "./usage-of.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 24 * 60 * 60 * 1000;

class MemoryStore implements UsageStore {
  readonly batches: UsageLine[][] = [];
  readonly removedBefore: string[] = [];
  fault: Error | undefined;

  async add(lines: readonly UsageLine[]): Promise<void> {
    await Promise.resolve();
    if (this.fault !== undefined) throw this.fault;
    this.batches.push(lines.map((line) => ({ ...line })));
  }

  async list(_query: UsageQuery): Promise<UsageLine[]> {
    return this.batches.flat();
  }

  async removeBefore(day: string): Promise<void> {
    this.removedBefore.push(day);
  }

  async close(): Promise<void> {}
}

function setUp(waitingLinesMax = 10) {
  const clock = new HandClock();
  const store = new MemoryStore();
  const faults: unknown[] = [];
  const meter = new UsageMeter({
    ...{ clock, store, waitingLinesMax },
    reportFault: (error) => void faults.push(error),
  });
  return { clock, store, faults, meter };
}

describe("an invocation", () => {
  it("is a request and its billed time, with the memory the function has", () => {
    assert.deepEqual(usageOfInvocation(invoked()), {
      requests: 1,
      invocations: 1,
      billedMs: 13,
      initMs: 0,
      onDemandMibMs: 13 * 128,
      provisionedMibMs: 0,
      storageMibMs: 0,
      streamedBytes: 0,
      restoredMib: 0,
    });
  });

  it("is billed for its init, which is told apart as well", () => {
    const { billedMs, initMs } = usageOfInvocation(invoked({ initDurationMs: 110.11, billedMs: 123 }));
    assert.deepEqual([billedMs, initMs], [123, 111]);
  });

  it("is billed for the restore of a snapshot, and for its memory where the runtime is not Java", () => {
    const restored = invoked({ restoreDurationMs: 20.5 });
    const { billedMs, restoredMib } = usageOfInvocation(restored);
    assert.deepEqual([billedMs, restoredMib], [13 + 21, 128]);
    const java = invoked({
      restoreDurationMs: 20.5,
      target: observedFunction("j", { Runtime: "java21" }),
    });
    assert.equal(usageOfInvocation(java).restoredMib, 0);
  });

  it("pays other rates where its environment was provisioned, and the usual ones when all were taken", () => {
    const of = (concurrency: "provisioned" | "spillover") => {
      const { onDemandMibMs, provisionedMibMs } = usageOfInvocation(invoked({ concurrency }));
      return [onDemandMibMs, provisionedMibMs];
    };
    assert.deepEqual(of("provisioned"), [0, 13 * 128]);
    assert.deepEqual(of("spillover"), [13 * 128, 0]);
  });

  it("pays for /tmp above 512 MB", () => {
    const target = observedFunction("f", { EphemeralStorage: { Size: 2048 } });
    assert.equal(usageOfInvocation(invoked({ target })).storageMibMs, 1536 * 13);
  });

  it("pays for what it streams above 6 MB", () => {
    const of = (responseBytes: number) => usageOfInvocation(invoked({ responseBytes })).streamedBytes;
    assert.deepEqual([of(5 * MIB), of(6 * MIB + 100), of(7 * MIB)], [0, 0, MIB]);
  });

  it("is several requests when its event is large", () => {
    const sizes = [0, 256 * KIB, 256 * KIB + 1, 320 * KIB, 320 * KIB + 1, MIB];
    assert.deepEqual(sizes.map(requestsOfEvent), [1, 1, 2, 2, 3, 13]);
    assert.equal(usageOfInvocation(invoked({ isAsync: true, payloadBytes: MIB })).requests, 13);
    assert.equal(usageOfInvocation(invoked({ isAsync: false, payloadBytes: MIB })).requests, 1);
  });

  it("pays for an init that failed before it", () => {
    const scope = { accountId: "000000000000", region: "us-east-1" };
    const target = observedFunction("f", { MemorySize: 256 });
    const of = (kind: "initFailed" | "provisionInitialized") =>
      usageOfInit({ kind, scope, functionName: "f", target, durationMs: 9.1 });
    const time = { billedMs: 10, initMs: 10, storageMibMs: 0 };
    assert.deepEqual(of("initFailed"), { ...time, onDemandMibMs: 2560, provisionedMibMs: 0 });
    // As does one that is made ahead, at the other price.
    assert.deepEqual(of("provisionInitialized"), { ...time, onDemandMibMs: 0, provisionedMibMs: 2560 });
  });
});

describe("the meter", () => {
  it("sums up what is alike and writes it together after a second", async () => {
    const { clock, store, meter } = setUp();
    const arm = observedFunction("hello", { Architectures: ["arm64"] }, "7");
    for (let index = 0; index < 3; index++) meter.observe(invoked());
    meter.observe(invoked({ target: arm }));
    meter.observe({ ...invoked(), kind: "throttled" });
    clock.pass(999);
    assert.equal(store.batches.length, 0);
    assert.equal(clock.timers, 1);
    clock.pass(1);
    await meter.flush();
    assert.deepEqual(
      store.batches.map((batch) =>
        batch.map(({ day, version, architecture, requests, billedMs }) => [
          day,
          version,
          architecture,
          requests,
          billedMs,
        ]),
      ),
      [
        [
          ["1970-01-01", "$LATEST", "x86_64", 3, 39],
          ["1970-01-01", "7", "arm64", 1, 13],
        ],
      ],
    );
    assert.equal(clock.timers, 0);
  });

  it("begins a new line with a new day (UTC)", async () => {
    const { clock, store, meter } = setUp();
    meter.observe(invoked());
    await meter.flush();
    clock.pass(DAY_MS - 1001);
    meter.observe(invoked());
    clock.pass(1);
    meter.observe(invoked());
    await meter.flush();
    assert.deepEqual(
      store.batches.flat().map(({ day, requests }) => [day, requests]),
      [
        ["1970-01-01", 1],
        ["1970-01-01", 1],
        ["1970-01-02", 1],
      ],
    );
    // Thirteen months are kept; once a day is enough to see to it.
    assert.deepEqual(store.removedBefore, ["1968-11-27", "1968-11-28"]);
  });

  it("keeps what could not be written and writes it with the next", async () => {
    const { store, faults, meter } = setUp();
    store.fault = new Error("disk full");
    meter.observe(invoked());
    await meter.flush();
    assert.deepEqual(faults, [store.fault]);
    store.fault = undefined;
    meter.observe(invoked());
    await meter.flush();
    assert.deepEqual(
      store.batches.flat().map(({ requests }) => requests),
      [2],
    );
  });

  it("loses nothing of what comes while it writes, and shows it at once to who asks", async () => {
    const { meter, clock } = setUp();
    const everything = { fromDay: "1970-01-01", toDay: "1970-01-01", limit: 10 };
    meter.observe(invoked());
    clock.pass(1000);
    meter.observe(invoked());
    const lines = await meter.list(everything);
    assert.equal(
      lines.reduce((sum, { requests }) => sum + requests, 0),
      2,
    );
  });

  it("counts provisioned concurrency in pieces of five minutes, the last one whole", async () => {
    const { clock, meter } = setUp();
    const target = observedFunction("f", { MemorySize: 1024 }, "1");
    const scope = { accountId: "000000000000", region: "us-east-1" };
    const provide = (amount: number) =>
      meter.observe({ ...{ kind: "provisionChanged", scope, functionName: "f", target }, amount });
    const MINUTES = 1024 * 60_000;
    const counted = async () => {
      const lines = await meter.list({ fromDay: "1970-01-01", toDay: "1970-01-01", limit: 10 });
      return lines.reduce((sum, { provisionMibMs }) => sum + provisionMibMs, 0) / MINUTES;
    };
    provide(2);
    assert.equal(await counted(), 10);
    provide(2);
    clock.pass(4 * 60_000);
    assert.equal(await counted(), 10);
    provide(3);
    assert.equal(await counted(), 15);
    provide(1);
    clock.pass(60_000);
    assert.equal(await counted(), 20);
    provide(0);
    clock.pass(60 * 60_000);
    assert.equal(await counted(), 20);
    await meter.close();
    assert.equal(clock.timers, 0);
  });

  it("is bounded: what has no place any more is not counted, and that is said once", async () => {
    const { meter, store, faults } = setUp(2);
    for (const name of ["a", "b", "c", "d", "a"]) {
      meter.observe(invoked({ target: observedFunction(name) }));
    }
    await meter.flush();
    assert.deepEqual(
      store.batches.flat().map(({ functionName, requests }) => [functionName, requests]),
      [
        ["a", 2],
        ["b", 1],
      ],
    );
    assert.equal(faults.length, 1);
    meter.observe(invoked({ target: observedFunction("c") }));
    await meter.close();
    assert.equal(store.batches.flat().at(-1)?.functionName, "c");
  });
});
