/** `GET /_lambkin/metrics`: what Prometheus scrapes. Totals are counted as they happen, the rest is looked at when it is asked for. */
import { METRICS_LIMITS } from "../config/mod.ts";
import type { AsyncQueue, ConcurrencyLedger, EnvironmentPool, ParkedSandboxes } from "../dataplane/mod.ts";
import type { HttpAnswer } from "../gateway/mod.ts";
import { DURATION_BOUNDS_SECONDS, type FunctionTotals, type Totals } from "../observe/mod.ts";
import { Family, type Labels } from "./exposition.ts";

export interface PrometheusParts {
  readonly totals: FunctionTotals;
  readonly pool: Pick<EnvironmentPool, "living">;
  readonly parked: Pick<ParkedSandboxes, "counts">;
  readonly ledger: Pick<ConcurrencyLedger, "functions">;
  readonly asyncQueue: Pick<AsyncQueue, "count">;
  readonly queues: () => Promise<
    readonly {
      readonly arn: string;
      readonly visible: number;
      readonly inFlight: number;
      readonly delayed: number;
    }[]
  >;
}

export class Prometheus {
  readonly #parts: PrometheusParts;
  /** What the event loop had done when it was asked last. */
  #lastUtilization = performance.eventLoopUtilization();

  constructor(parts: PrometheusParts) {
    this.#parts = parts;
  }

  readonly answer = async (): Promise<HttpAnswer> => {
    const families = [
      ...totalsOf([...this.#parts.totals.all()]),
      ...this.#functions(),
      ...(await this.#queues()),
      ...(await this.#process()),
    ];
    return {
      status: 200,
      headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
      body: families.map((family) => family.text()).join(""),
    };
  };

  #functions(): Family[] {
    const { pool, parked, ledger, asyncQueue } = this.#parts;
    const concurrent = gauge("lambkin_concurrent_executions", "Invocations in flight.");
    for (const { scope, name, inFlight } of bounded(ledger.functions())) {
      concurrent.add(inFlight, { ...place(scope), function: name });
    }
    const environments = gauge("lambkin_environments", "Execution environments of a function, by state.");
    for (const { labels, count } of environmentCounts(pool.living())) environments.add(count, labels);
    const { parked: waiting, adopted } = parked.counts();
    return [
      concurrent,
      environments,
      gauge("lambkin_parked_sandboxes", "Sandboxes that wait for a function.").add(waiting),
      counter("lambkin_adopted_sandboxes_total", "Sandboxes that functions have taken ready-made.").add(
        adopted,
      ),
      gauge("lambkin_async_events", "Accepted events that are not over.").add(asyncQueue.count),
    ];
  }

  async #queues(): Promise<Family[]> {
    const messages = gauge(
      "lambkin_sqs_messages",
      "Messages of the queues in use, by what they are to receivers.",
    );
    for (const { arn, visible, inFlight, delayed } of bounded(await this.#parts.queues())) {
      const [, , , region = "", account = "", queue = ""] = arn.split(":");
      for (const [state, count] of Object.entries({ visible, in_flight: inFlight, delayed })) {
        messages.add(count, { account, region, queue, state });
      }
    }
    return [messages];
  }

  async #process(): Promise<Family[]> {
    const lagSeconds = await eventLoopLagSeconds();
    const { utilization } = performance.eventLoopUtilization(this.#lastUtilization);
    this.#lastUtilization = performance.eventLoopUtilization();
    const memory = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const startSeconds = performance.timeOrigin / 1000;
    return [
      gauge("process_resident_memory_bytes", "Memory of the server's own process.").add(memory.rss),
      gauge("nodejs_heap_size_used_bytes", "JavaScript heap in use.").add(memory.heapUsed),
      counter("process_cpu_seconds_total", "Processor time of the server's own process.").add(
        (user + system) / 1e6,
      ),
      gauge("process_start_time_seconds", "When the server started, since the epoch.").add(startSeconds),
      gauge("nodejs_eventloop_lag_seconds", "How late a turn of the event loop came just now.").add(
        lagSeconds,
      ),
      gauge("nodejs_eventloop_utilization_ratio", "Share of the time since the last scrape.").add(
        utilization,
      ),
    ];
  }
}

/** There are never more environments than a machine has, so nothing is left out. */
function environmentCounts(living: ReturnType<EnvironmentPool["living"]>) {
  const counts = new Map<string, { readonly labels: Labels; count: number }>();
  for (const { scope, target, state } of living) {
    const labels = { ...place(scope), function: target.name, state };
    const key = Object.values(labels).join("/");
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { labels, count: 1 });
    else known.count++;
  }
  return counts.values();
}

function totalsOf(all: readonly Totals[]): Family[] {
  const each = (name: string, help: string, value: (totals: Totals) => number): Family => {
    const family = counter(name, help);
    for (const totals of all) family.add(value(totals), labelsOf(totals));
    return family;
  };
  const errors = counter("lambkin_errors_total", "Invocations that did not succeed, by how they ended.");
  const durations = new Family("lambkin_duration_seconds", "histogram", "Time that functions took.");
  for (const totals of all) {
    const labels = labelsOf(totals);
    for (const [status, count] of Object.entries(totals.failed)) errors.add(count, { ...labels, status });
    durations.addHistogram(DURATION_BOUNDS_SECONDS, totals.durations, totals.durationSecondsSum, labels);
  }
  return [
    each(
      "lambkin_invocations_total",
      "Invocations that ran, whatever came of them.",
      (one) => one.invocations,
    ),
    errors,
    each("lambkin_throttles_total", "Invocations that were not let in.", (one) => one.throttles),
    each("lambkin_cold_starts_total", "Invocations that waited for an init.", (one) => one.coldStarts),
    each("lambkin_billed_seconds_total", "Time that AWS would bill.", (one) => one.billedMs / 1000),
    each("lambkin_async_events_accepted_total", "Events accepted.", (one) => one.eventsAccepted),
    each(
      "lambkin_async_events_dropped_total",
      "Events given up without success.",
      (one) => one.eventsDropped,
    ),
    durations,
  ];
}

function labelsOf({ scope, functionName }: Totals): Labels {
  return { ...place(scope), function: functionName };
}

function place({ accountId, region }: Totals["scope"]): Labels {
  return { account: accountId, region };
}

function* bounded<T>(all: Iterable<T>): Generator<T> {
  let count = 0;
  for (const each of all) {
    if (count++ === METRICS_LIMITS.prometheusFunctionsMax) return;
    yield each;
  }
}

function counter(name: string, help: string): Family {
  return new Family(name, "counter", help);
}

function gauge(name: string, help: string): Family {
  return new Family(name, "gauge", help);
}

function eventLoopLagSeconds(): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve) => setImmediate(() => resolve((performance.now() - startedMs) / 1000)));
}
