/** What is sent of an invocation, and what becomes of it when the collector does not take it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { invoked, observedFunction } from "../../../testkit/observations.ts";
import { TraceCollector } from "../../../testkit/trace-collector.ts";
import { waitFor } from "../../../testkit/wait.ts";
import { systemClock } from "../../kit/mod.ts";
import type { Invoked } from "../../model/mod.ts";
import { spansOf } from "./invocation-spans.ts";
import { TraceExporter, type TraceExporterOptions } from "./trace-exporter.ts";

const ROOT = "1-5759e988-bd862e3fe1be46a994272793";
const TRACE_ID = "5759e988bd862e3fe1be46a994272793";
const HEADER = `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=0`;

function stagesOf(more: Partial<Invoked>): string[] {
  return spansOf(invoked(more)).map(({ name, startTimeUnixNano, endTimeUnixNano }) => {
    const [from, to] = [startTimeUnixNano, endTimeUnixNano].map((time) => Number(time) / 1e6);
    return `${name} ${from}-${to}`;
  });
}

describe("the spans of an invocation", () => {
  it("are the whole of it, and its stages one after the other", () => {
    assert.deepEqual(stagesOf({}), ["hello 1000-1013.3", "placement 1000-1001", "invoke 1001-1013.3"]);
    const cold = { admittedAtMs: 1000, startedAtMs: 1120, initDurationMs: 110 };
    assert.deepEqual(stagesOf({ ...cold, runtimeMs: 10, durationMs: 15 }), [
      "hello 1000-1135",
      "placement 1000-1010",
      "init 1010-1120",
      "invoke 1120-1130",
      "extensions 1130-1135",
    ]);
    assert.ok(stagesOf({ restoreDurationMs: 0.5 }).includes("restore 1000.5-1001"));
    const origin = { trigger: "pubsub", callerSpanId: undefined, dueAtMs: 400 } as const;
    assert.deepEqual(stagesOf({ origin }).slice(0, 2), ["hello 400-1013.3", "queue 400-1000"]);
  });

  it("belong to the caller's chain, below the caller, with the id that the function was told", () => {
    const origin = { trigger: "other", callerSpanId: "ABCDEFABCDEFABCD" } as const;
    const spans = spansOf(invoked({ traceId: HEADER, origin }));
    const [whole] = spans;
    assert.ok(spans.every(({ traceId }) => traceId === TRACE_ID));
    assert.equal(whole?.parentSpanId, "abcdefabcdefabcd");
    assert.ok(spans.slice(1).every(({ parentSpanId }) => parentSpanId === whole?.spanId));
    assert.equal(spans.find(({ name }) => name === "invoke")?.spanId, "53995c3f42cd8ad8");
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
  });

  it("begin a chain where there is none", () => {
    const [whole] = spansOf(invoked());
    assert.equal(whole?.traceId, "0d5a3c627a5d4a1e9a640123456789ab");
    assert.equal(whole?.parentSpanId, undefined);
  });

  it("say what went wrong", () => {
    const of = (more: Partial<Invoked>) => {
      const [whole] = spansOf(invoked(more));
      const type = whole?.attributes.find(({ key }) => key === "error.type")?.value;
      return [whole?.status, type];
    };
    assert.deepEqual(of({}), [undefined, undefined]);
    const failed = { status: "error", errorType: "Runtime.Unknown" } as const;
    assert.deepEqual(of(failed)[1], { stringValue: "Runtime.Unknown" });
    assert.deepEqual(of({ ...failed, exceptionType: "ValueError" }), [
      { code: 2, message: "error: ValueError" },
      { stringValue: "ValueError" },
    ]);
    assert.deepEqual(of({ status: "timeout" }), [
      { code: 2, message: "timeout" },
      { stringValue: "timeout" },
    ]);
  });
});

describe("the exporter", () => {
  let collector: TraceCollector;
  let exporter: TraceExporter;
  let faults: unknown[];
  beforeEach(async () => {
    collector = await TraceCollector.start();
    faults = [];
  });
  afterEach(async () => {
    await exporter.close();
    await collector.stop();
  });

  function open(limits: TraceExporterOptions["limits"] = {}, settings: object = {}): TraceExporter {
    exporter = new TraceExporter({
      settings: {
        ...{ url: `${collector.url}/v1/traces`, headers: {}, serviceName: "lambkin", ratio: 1 },
        ...settings,
      },
      version: "1.2.3",
      clock: systemClock,
      reportFault: (error) => void faults.push(error),
      limits: { sendDelayMs: 1, retryMs: 1, ...limits },
    });
    return exporter;
  }
  const sent = (count: number) =>
    waitFor(`${count} sent`, () => (exporter.counts().sent >= count ? true : undefined));

  it("sends batches, one resource for each environment, with the headers asked for", async () => {
    open({}, { headers: { "x-key": "k" }, serviceName: "here" });
    for (const environmentId of ["e1", "e2", "e1"]) exporter.observe(invoked({ environmentId }));
    exporter.observe({ ...invoked(), kind: "throttled" });
    await sent(3);
    assert.equal(collector.bodies.length, 1);
    const [request] = collector.requests;
    assert.equal(request?.url, "/v1/traces");
    assert.equal(request?.headers["content-type"], "application/json");
    assert.equal(request?.headers["x-key"], "k");
    const { resourceSpans } = JSON.parse(collector.bodies[0] ?? "") as { resourceSpans: unknown[] };
    assert.equal(resourceSpans.length, 2);
    const whole = collector.spans.filter(({ name }) => name === "hello");
    assert.deepEqual(
      whole.map(({ attributes }) => attributes["faas.instance"]),
      ["e1", "e1", "e2"],
    );
    assert.equal(whole[0]?.attributes["service.name"], "here");
  });

  it("does not send more at once than a batch", async () => {
    open({ batchMax: 2 });
    for (let index = 0; index < 5; index++) exporter.observe(invoked());
    await sent(5);
    assert.equal(collector.bodies.length, 3);
  });

  it("tries again what the collector has no time for, and reports nothing", async () => {
    collector.nextAnswers.push({ status: 429, headers: { "retry-after": "0" } }, { status: 503 });
    open().observe(invoked());
    await sent(1);
    assert.deepEqual([collector.requests.length, collector.bodies.length, faults.length], [3, 1, 0]);
  });

  it("gives up after some attempts, says so once, and goes on with what comes next", async () => {
    collector.nextAnswers.push(...Array.from({ length: 6 }, () => ({ status: 503 })));
    open({ attemptsMax: 3, batchMax: 1 });
    for (let index = 0; index < 3; index++) exporter.observe(invoked());
    await sent(1);
    assert.deepEqual(exporter.counts(), { sent: 1, dropped: 2, waiting: 0 });
    assert.deepEqual(
      faults.map((fault) => (fault as Error).message),
      [`${collector.url}/v1/traces: status 503`],
    );
  });

  it("drops what the collector refuses, and says what it did not take of the rest", async () => {
    collector.nextAnswers.push(
      { status: 400 },
      { status: 200, body: '{"partialSuccess":{"rejectedSpans":"3"}}' },
    );
    open({ batchMax: 1 });
    exporter.observe(invoked());
    await waitFor("the refusal", () => (exporter.counts().dropped === 1 ? true : undefined));
    assert.equal(collector.requests.length, 1);
    exporter.observe(invoked());
    await sent(1);
    assert.equal(exporter.counts().dropped, 1);
  });

  it("is bounded while the collector hangs: what comes then is dropped and counted", async () => {
    collector.nextAnswers.push("never");
    open({ waitingMax: 5, batchMax: 1, closeMsMax: 100 });
    exporter.observe(invoked());
    await waitFor("the request", () => collector.requests[0]);
    for (let index = 0; index < 20; index++) exporter.observe(invoked());
    assert.deepEqual(exporter.counts(), { sent: 0, dropped: 15, waiting: 5 });
    await exporter.close();
    assert.deepEqual(exporter.counts(), { sent: 0, dropped: 21, waiting: 0 });
  });

  it("sends what waits when it is closed", async () => {
    open({ sendDelayMs: 60_000 }).observe(invoked());
    await exporter.close();
    assert.deepEqual(exporter.counts(), { sent: 1, dropped: 0, waiting: 0 });
  });

  it("does not wait for a collector that is not there when it is closed", async () => {
    await collector.stop();
    open({ retryMs: 60_000, retryMsMax: 60_000 }).observe(invoked());
    await waitFor("the attempt", () => (exporter.counts().waiting === 0 ? true : undefined));
    await exporter.close();
    assert.equal(exporter.counts().dropped, 1);
    collector = await TraceCollector.start();
  });

  it("sends a share of the chains, the same of every server", async () => {
    const chains = Array.from({ length: 400 }, (_, index) => {
      const id = (index * 10_737_419).toString(16).padStart(24, "0");
      return invoked({ traceId: HEADER.replace("bd862e3fe1be46a994272793", id) });
    });
    open({}, { ratio: 0.25 });
    for (const each of [...chains, ...chains]) exporter.observe(each);
    await sent(200);
    const counts = new Map<string, number>();
    for (const { traceId, name } of collector.spans) {
      if (name === "hello") counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
    }
    assert.equal(counts.size, 100);
    assert.ok([...counts.values()].every((count) => count === 2));
    const other = new TraceExporter({
      settings: { url: collector.url, headers: {}, serviceName: "x", ratio: 0 },
      ...{ version: "", clock: systemClock, reportFault: () => {} },
    });
    other.observe(invoked({ target: observedFunction("never") }));
    assert.equal(other.counts().waiting, 0);
    await other.close();
  });
});
