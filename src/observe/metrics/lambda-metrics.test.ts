/** Which metrics come of what is observed, with which dimensions and at which time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { type FunctionVersion, functionArn, type Invoked, type MetricAggregate } from "../../model/mod.ts";
import type { MetricStore, MetricWrite } from "../../store/mod.ts";
import { LambdaMetrics } from "./lambda-metrics.ts";
import { MetricBuffer } from "./metric-buffer.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const MINUTE_MS = 60_000;

function setUp() {
  const clock = new HandClock();
  const writes: MetricWrite[] = [];
  const faults: unknown[] = [];
  const store = {
    async add(batch: readonly MetricWrite[]) {
      writes.push(...batch);
      return { dropped: 0 };
    },
  } as unknown as MetricStore;
  const buffer = new MetricBuffer({ store, clock, reportFault: (error) => void faults.push(error) });
  const metrics = new LambdaMetrics(buffer, clock);
  /** Of one metric: by its dimensions' values, joined. */
  const of = (name: string): Record<string, MetricAggregate> =>
    Object.fromEntries(
      writes
        .filter(({ series }) => series.name === name)
        .map(({ series, values }) => [Object.values(series.dimensions).join(" ") || "account", values]),
    );
  return { clock, writes, buffer, metrics, of };
}

function invoked(more: Partial<Invoked> = {}): Invoked {
  return {
    ...{ kind: "invoked", scope: SCOPE, functionName: "f", invokedArn: functionArn(SCOPE, "f") },
    target: { version: "3" } as FunctionVersion,
    ...{ requestId: "r", traceId: undefined, environmentId: "e", status: "success", errorType: undefined },
    ...{ admittedAtMs: 1000, startedAtMs: 1001, runtimeMs: 20, durationMs: 20, billedMs: 20 },
    ...{ initDurationMs: undefined, restoreDurationMs: undefined, memoryMib: 128, peakMemoryBytes: 1 },
    ...{ concurrency: "onDemand", provisioned: undefined, isAsync: false, payloadBytes: 2, responseBytes: 2 },
    ...more,
  };
}

function sums(aggregates: Record<string, MetricAggregate>): Record<string, number> {
  return Object.fromEntries(Object.entries(aggregates).map(([key, { sum }]) => [key, sum]));
}

test("a call counts for the account, the function and what it was called by", async () => {
  const { metrics, buffer, of } = setUp();
  metrics.observe(invoked());
  metrics.observe(invoked({ invokedArn: functionArn(SCOPE, "f", "3"), status: "error" }));
  metrics.observe(invoked({ invokedArn: functionArn(SCOPE, "f", "live"), status: "timeout" }));
  await buffer.flush();
  assert.deepEqual(sums(of("Invocations")), {
    account: 3,
    f: 3,
    "f f": 1,
    "f f:3": 1,
    "f f:live": 1,
    "f f:live 3": 1,
  });
  assert.deepEqual(sums(of("Errors")), {
    account: 2,
    f: 2,
    "f f": 0,
    "f f:3": 1,
    "f f:live": 1,
    "f f:live 3": 1,
  });
  assert.equal(of("Duration")["f"]?.sum, 60);
  assert.deepEqual(of("PostRuntimeExtensionsDuration"), {});
});

test("values are dated by when the call was let in", async () => {
  const { metrics, buffer, writes } = setUp();
  metrics.observe(invoked({ admittedAtMs: 5 * MINUTE_MS, startedAtMs: 7 * MINUTE_MS }));
  metrics.observe(invoked({ admittedAtMs: 4 * MINUTE_MS + 1, durationMs: 25 }));
  metrics.observe(invoked({ admittedAtMs: 5 * MINUTE_MS + 1 }));
  await buffer.flush();
  const minutes = writes
    .filter(({ series }) => series.name === "Invocations" && Object.keys(series.dimensions).length === 0)
    .map(({ startMs, values }) => [startMs / MINUTE_MS, values.count]);
  assert.deepEqual(minutes.sort(), [
    [4, 1],
    [5, 2],
  ]);
  const extensions = writes.find(({ series }) => series.name === "PostRuntimeExtensionsDuration");
  assert.equal(extensions?.values.sum, 5);
});

test("what is provisioned counts with its use, and what spills over", async () => {
  const { metrics, buffer, of } = setUp();
  const provisioned = { inFlight: 1, amount: 4 };
  const live = { invokedArn: functionArn(SCOPE, "f", "live"), provisioned };
  metrics.observe(invoked({ ...live, concurrency: "provisioned" }));
  metrics.observe(invoked({ ...live, concurrency: "spillover", provisioned: { inFlight: 4, amount: 4 } }));
  await buffer.flush();
  assert.equal(of("ProvisionedConcurrencyInvocations")["f f:live"]?.sum, 1);
  assert.equal(of("ProvisionedConcurrencySpilloverInvocations")["f f:live"]?.sum, 1);
  assert.equal(of("ProvisionedConcurrentExecutions")["f f:live"]?.maximum, 4);
  assert.equal(of("ProvisionedConcurrencyUtilization")["f f:live"]?.minimum, 0.25);
});

test("what is provisioned has its use told of while nobody calls", async () => {
  const { metrics, buffer, of } = setUp();
  const target = { version: "3", configurationId: "c" } as FunctionVersion;
  metrics.observe({ kind: "provisionChanged", scope: SCOPE, functionName: "f", target, amount: 4 });
  metrics.sample([], [{ scope: SCOPE, name: "f", configurationId: "c", inFlight: 1, amount: 4 }]);
  await buffer.flush();
  assert.deepEqual(sums(of("ProvisionedConcurrentExecutions")), { f: 1, "f f:3": 1 });
  assert.deepEqual(sums(of("ProvisionedConcurrencyUtilization")), { f: 0.25, "f f:3": 0.25 });
});

test("throttles, events, failed deliveries and loops have metrics of their own", async () => {
  const { metrics, buffer, of } = setUp();
  const subject = { scope: SCOPE, functionName: "f" };
  metrics.observe({ kind: "throttled", ...subject, invokedArn: functionArn(SCOPE, "f", "live") });
  metrics.observe({ kind: "eventAccepted", ...subject, qualifier: "live" });
  metrics.observe({ kind: "eventStarted", ...subject, qualifier: undefined, ageMs: 250 });
  metrics.observe({ kind: "eventDropped", ...subject, qualifier: undefined });
  metrics.observe({ kind: "deliveryFailed", ...subject, what: "deadLetter" });
  metrics.observe({ kind: "deliveryFailed", ...subject, what: "destination" });
  metrics.observe({ kind: "loopStopped", ...subject });
  await buffer.flush();
  assert.deepEqual(sums(of("Throttles")), { account: 1, f: 1, "f f:live": 1 });
  assert.deepEqual(sums(of("AsyncEventsReceived")), { account: 1, f: 1, "f f:live": 1 });
  assert.equal(of("AsyncEventAge")["f"]?.sum, 250);
  const others = [
    "AsyncEventsDropped",
    "DeadLetterErrors",
    "DestinationDeliveryFailures",
    "RecursiveInvocationsDropped",
  ];
  for (const name of others) assert.equal(of(name)["f f"]?.sum, 1, name);
});

test("what runs counts in minutes in which nothing begins", async () => {
  const { metrics, buffer, of, clock } = setUp();
  const load = { ofFunction: 2, ofAccount: 5, unreserved: 3 };
  metrics.observe({ kind: "admitted", scope: SCOPE, functionName: "f", load });
  await buffer.flush();
  assert.deepEqual(sums(of("ConcurrentExecutions")), { account: 5, f: 2 });
  assert.deepEqual(sums(of("UnreservedConcurrentExecutions")), { account: 3 });
  clock.pass(MINUTE_MS);
  metrics.sample(
    [
      { scope: SCOPE, name: "f", inFlight: 2, reserved: undefined },
      { scope: SCOPE, name: "g", inFlight: 3, reserved: 10 },
      { scope: SCOPE, name: "idle", inFlight: 0, reserved: 1 },
    ],
    [],
  );
  await buffer.flush();
  assert.deepEqual(sums(of("ConcurrentExecutions")), { account: 5, f: 2, g: 3 });
  assert.deepEqual(sums(of("UnreservedConcurrentExecutions")), { account: 2 });
});

test("values wait for the delay, then they are written, and no timer is left", async () => {
  const { metrics, clock, writes, buffer } = setUp();
  metrics.observe(invoked());
  assert.equal(clock.timers, 1);
  clock.pass(4999);
  assert.equal(writes.length, 0);
  clock.pass(1);
  await buffer.flush();
  assert.ok(writes.length > 0);
  assert.equal(clock.timers, 0);
});
