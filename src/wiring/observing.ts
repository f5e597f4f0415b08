/** Those who listen to what the data plane tells: metrics, the meter of use, Prometheus's totals, traces. */
import path from "node:path";
import type { Config } from "../config/mod.ts";
import type { Clock } from "../kit/mod.ts";
import type { Observe } from "../model/mod.ts";
import { FunctionTotals, LambdaMetrics, MetricBuffer, TraceExporter, UsageMeter } from "../observe/mod.ts";
import { openMetricDatabase, SqliteMetricStore, SqliteUsageStore } from "../store/mod.ts";

export interface ObservingParts {
  readonly config: Config;
  readonly clock: Clock;
  /** Of this program. */
  readonly version: string;
  readonly reportFault: (error: unknown, what: string) => void;
}

export type Observing = ReturnType<typeof openObserving>;

export function openObserving({ config, clock, version, reportFault }: ObservingParts) {
  const observers: Observe[] = [];
  const metricDatabase = openMetricDatabase(path.join(config.dataDir, "metrics.db"));
  const metricStore = new SqliteMetricStore(metricDatabase);
  const metricBuffer = new MetricBuffer({
    ...{ store: metricStore, clock },
    reportFault: (error) => reportFault(error, "(metrics)"),
  });
  const lambdaMetrics = new LambdaMetrics(metricBuffer, clock);
  observers.push((observation) => lambdaMetrics.observe(observation));
  const totals = new FunctionTotals();
  observers.push((observation) => totals.observe(observation));
  const usageStore = new SqliteUsageStore(path.join(config.dataDir, "usage.db"));
  const meter = new UsageMeter({
    ...{ store: usageStore, clock },
    reportFault: (error) => reportFault(error, "(usage)"),
  });
  observers.push((observation) => meter.observe(observation));
  const traces =
    config.traces &&
    new TraceExporter({
      ...{ settings: config.traces, version, clock },
      reportFault: (error) => reportFault(error, "(traces)"),
    });
  if (traces) observers.push((observation) => traces.observe(observation));
  const observe: Observe = (observation) => {
    for (const each of observers) each(observation);
  };
  return {
    observe,
    /** From now on `observer` hears everything, too. */
    listen: (observer: Observe) => void observers.push(observer),
    ...{ metricDatabase, metricStore, metricBuffer, lambdaMetrics, totals, meter, traces },
    /** Once nobody uses the metrics and alarms any more. */
    async close(): Promise<void> {
      await traces?.close();
      await meter.close();
      await usageStore.close();
      metricDatabase.close();
    },
  };
}
