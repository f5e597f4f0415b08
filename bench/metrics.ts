/** What metrics cost: an invocation that is counted, the minute's writing behind it, and a day read back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemClock } from "../src/kit/mod.ts";
import { type FunctionVersion, functionArn, type Invoked, type Observation } from "../src/model/mod.ts";
import { FunctionTotals, LambdaMetrics, MetricBuffer } from "../src/observe/mod.ts";
import { openMetricDatabase, SqliteMetricStore } from "../src/store/mod.ts";
import { type Row, row } from "./rows.ts";

const RUNS = 5;
const WARM_UP_CALLS = 50_000;
const CALLS = 200_000;
const FUNCTIONS = 100;
const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

export async function metricRows(progress: (what: string) => void): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "lambkin-bench-"));
  const db = openMetricDatabase(path.join(folder, "metrics.db"));
  const store = new SqliteMetricStore(db);
  const fault = (error: unknown): never => {
    throw error;
  };
  const buffer = new MetricBuffer({ store, clock: systemClock, reportFault: fault });
  const metrics = new LambdaMetrics(buffer, systemClock);
  const totals = new FunctionTotals();
  const calls = Array.from({ length: FUNCTIONS }, (_, index) => callOf(`function-${index}`));
  const observe = (observation: Observation): void => {
    metrics.observe(observation);
    totals.observe(observation);
  };
  const counted = { perCall: [] as number[], flush: [] as number[] };
  try {
    progress("metrics: counting");
    for (let run = -1; run < RUNS; run++) {
      const atMs = Date.now();
      const count = run < 0 ? WARM_UP_CALLS : CALLS;
      const startedMs = performance.now();
      for (let call = 0; call < count; call++) {
        const each = calls[call % FUNCTIONS];
        if (each === undefined) continue;
        observe(each.admitted);
        // Durations of all sizes, as they are.
        observe({ ...each.invoked, admittedAtMs: atMs, runtimeMs: 1 + ((call * 7919) % 997) });
      }
      const perCallMs = (performance.now() - startedMs) / count;
      const flushStartedMs = performance.now();
      await buffer.flush();
      const flushMs = performance.now() - flushStartedMs;
      if (run < 0) continue;
      counted.perCall.push(perCallMs * 1000);
      counted.flush.push(flushMs);
    }
    return [
      row("an invocation counted (CloudWatch and Prometheus), of 100 functions", "µs", counted.perCall),
      row("writing the minute of 100 functions, behind", "ms", counted.flush),
      row("a day of one metric read, p99 by the minute", "ms", await dayReads(store, undefined, progress)),
      row("a day of one metric read, sums by the minute", "ms", await dayReads(store, MINUTE_MS, progress)),
    ];
  } finally {
    await buffer.close();
    db.close();
    await rm(folder, { recursive: true });
  }
}

async function dayReads(
  store: SqliteMetricStore,
  periodMs: number | undefined,
  progress: (what: string) => void,
): Promise<number[]> {
  progress("metrics: reading");
  const buffer = new MetricBuffer({ store, clock: systemClock, reportFault: () => {} });
  const name = { namespace: "Bench", name: "Duration", dimensions: {} };
  const meter = buffer.meter({ scope: SCOPE, ...name, unit: "Milliseconds" });
  const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  for (let minute = 0; minute < DAY_MINUTES; minute++) {
    for (let value = 1; value <= 100; value++) meter.add(endMs - minute * MINUTE_MS, value);
  }
  await buffer.flush();
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const startedMs = performance.now();
    const range = { fromMs: endMs - DAY_MINUTES * MINUTE_MS, untilMs: endMs + MINUTE_MS };
    const read = await store.read(SCOPE, { ...name, unit: undefined, ...range, periodMs });
    for (const { values } of read) values.percentile(99);
    runs.push(performance.now() - startedMs);
  }
  return runs;
}

function callOf(functionName: string): { admitted: Observation; invoked: Invoked } {
  const subject = { scope: SCOPE, functionName };
  const target = { version: "$LATEST" } as FunctionVersion;
  return {
    admitted: { kind: "admitted", ...subject, load: { ofFunction: 1, ofAccount: 1, unreserved: 1 } },
    invoked: {
      ...{ kind: "invoked", ...subject, target, invokedArn: functionArn(SCOPE, functionName) },
      ...{ requestId: "r", traceId: undefined, environmentId: "e", status: "success", errorType: undefined },
      ...{ admittedAtMs: 0, startedAtMs: 0, runtimeMs: 1, durationMs: 1, billedMs: 1 },
      ...{ initDurationMs: undefined, restoreDurationMs: undefined, memoryMib: 128, peakMemoryBytes: 1 },
      ...{
        concurrency: "onDemand",
        provisioned: undefined,
        isAsync: false,
        payloadBytes: 2,
        responseBytes: 2,
      },
    },
  };
}
