/** The queries of one GetMetricData, or of an alarm over an expression: each worked out once, by its id. */
import type { MetricDataQuery, MetricStat } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../config/mod.ts";
import type { Scope } from "../../model/mod.ts";
import type { MetricStore } from "../../store/mod.ts";
import { dataPoints, dimensionsOf, MINUTE_MS, periodMsOf } from "./data-points.ts";
import { validationFailed } from "./errors.ts";
import { evaluate, type Surroundings, seriesOf } from "./expression/evaluate.ts";
import type { Grid } from "./expression/functions.ts";
import { type Node, parseExpression } from "./expression/parse.ts";
import { parseSearch } from "./expression/search.ts";
import { isSeries, type TimeSeries, type Value } from "./expression/time-series.ts";
import { isPlain, statisticOf } from "./statistics.ts";

export interface QueryTimes {
  /** Epoch milliseconds, the end exclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Periods begin at `fromMs` instead of where the clock has a multiple of them: as alarms look at them. */
  readonly isSliding?: boolean;
}

const ID = /^[a-z][a-zA-Z0-9_]*$/;
/** Series that one SEARCH may find. Source: its documentation. */
const SEARCH_SERIES_MAX = 500;

export class MetricQueries {
  readonly #store: MetricStore;
  readonly #scope: Scope;
  readonly #times: QueryTimes;
  readonly #queries = new Map<string, MetricDataQuery>();
  readonly #expressions = new Map<string, Node>();
  readonly #values = new Map<string, Promise<Value>>();
  #reads = 0;

  /** Throws ValidationError, InvalidParameterValue for queries that cannot be answered, whatever the data. */
  constructor(store: MetricStore, scope: Scope, queries: readonly MetricDataQuery[], times: QueryTimes) {
    this.#store = store;
    this.#scope = scope;
    this.#times = times;
    for (const query of queries) this.#addQuery(query);
    for (const id of this.#expressions.keys()) this.#checkNames(id, []);
  }

  /** The series of one query. An expression that makes a number cannot be shown: ValidationError. */
  async seriesOf(id: string): Promise<readonly TimeSeries[]> {
    const value = await this.#valueOf(id);
    if (typeof value === "number" || typeof value === "string") {
      throw validationFailed(
        `Error in expression '${id}': it must give a time series, and gives a ${typeof value}.`,
      );
    }
    return seriesOf(value);
  }

  #addQuery(query: MetricDataQuery): void {
    const { Id: id = "", Expression: expression, MetricStat: metric } = query;
    if (!ID.test(id)) throw validationFailed(`The value ${id} for parameter Id does not match ${ID.source}.`);
    if (this.#queries.has(id)) throw validationFailed(`The Id ${id} is used more than once.`);
    if ((expression === undefined) === (metric === undefined)) {
      throw validationFailed(`The query ${id} must have either MetricStat or Expression.`);
    }
    if (metric !== undefined) {
      periodMsOf(metric.Period);
      statisticOf(metric.Stat ?? "");
    } else if (expression !== undefined) this.#expressions.set(id, parseExpression(expression));
    this.#queries.set(id, query);
  }

  /** Everything the expression names is there, and nothing leads back to it. `above`: the ids that lead here. */
  #checkNames(id: string, above: readonly string[]): void {
    if (above.includes(id)) throw validationFailed(`The expression ${id} refers to itself.`);
    const node = this.#expressions.get(id);
    for (const name of node === undefined ? [] : namesIn(node)) {
      if (!this.#queries.has(name)) {
        throw validationFailed(`The expression ${id} names ${name}, and no query has that Id.`);
      }
      this.#checkNames(name, [...above, id]);
    }
  }

  #valueOf(id: string): Promise<Value> {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const query = this.#queries.get(id);
    if (query === undefined) return Promise.reject(validationFailed(`No query has the Id ${id}.`));
    const working = query.MetricStat === undefined ? this.#evaluate(query) : this.#read(query.MetricStat);
    this.#values.set(id, working);
    return working;
  }

  async #evaluate(query: MetricDataQuery): Promise<Value> {
    const id = query.Id ?? "";
    const around: Surroundings = {
      valueOf: (name) => this.#valueOf(name),
      metrics: (part) => this.#metrics(part),
      search: (text, statistic, seconds) => this.#search(text, statistic, seconds ?? query.Period ?? 60),
      grid: this.#grid(query),
    };
    const node = this.#expressions.get(id);
    const value = node === undefined ? 0 : await evaluate(node, around);
    return isSeries(value) ? { ...value, label: id } : value;
  }

  async #metrics(part: string): Promise<readonly TimeSeries[]> {
    const ids = [...this.#queries.values()]
      .filter(({ MetricStat, Id = "" }) => MetricStat !== undefined && Id.includes(part))
      .map(({ Id = "" }) => Id);
    return (await Promise.all(ids.map((id) => this.#valueOf(id)))).flatMap(seriesOf);
  }

  async #search(text: string, statistic: string, seconds: number): Promise<readonly TimeSeries[]> {
    const search = parseSearch(text);
    const { fromMs } = this.#times;
    const found = await this.#store.list(this.#scope, {
      namespace: search.namespace,
      dimensions: search.dimensions.map((name) => ({ name, value: undefined })),
      activeSinceMs: fromMs,
      limit: METRICS_LIMITS.seriesMax,
    });
    const meant = found.filter((metric) => search.matches(metric)).slice(0, SEARCH_SERIES_MAX);
    return Promise.all(
      meant.map(async ({ namespace, name, dimensions }) => {
        const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
        const Metric = { Namespace: namespace, MetricName: name, Dimensions };
        const series = await this.#read({ Metric, Period: seconds, Stat: statistic });
        return { ...series, label: [...Object.values(dimensions), name].join(" ") };
      }),
    );
  }

  async #read({ Metric, Period, Stat, Unit }: MetricStat): Promise<TimeSeries> {
    if (++this.#reads > METRICS_LIMITS.queriedSeriesMax) {
      throw validationFailed(
        `No more than ${METRICS_LIMITS.queriedSeriesMax} metrics can be asked for at once.`,
      );
    }
    const periodMs = periodMsOf(Period);
    const statistic = statisticOf(Stat ?? "");
    const name = Metric?.MetricName ?? "";
    // Hundreds of queries, or of alarms, must not hold up everybody else.
    await new Promise((resolve) => setImmediate(resolve));
    const read = await dataPoints(this.#store, this.#scope, {
      ...{ namespace: Metric?.Namespace ?? "", name, dimensions: dimensionsOf(Metric?.Dimensions) },
      ...{ unit: Unit, fromMs: this.#from(periodMs), untilMs: this.#times.untilMs, periodMs },
      isPlain: isPlain(Stat ?? ""),
    });
    const points = new Map<number, number>();
    for (const { startMs, values } of read) {
      const value = statistic(values);
      if (value !== undefined) points.set(startMs, value);
    }
    return { label: name, points };
  }

  /** Times of an expression are those of the metrics in the request with the shortest period. */
  #grid(query: MetricDataQuery): Grid {
    const periods = [...this.#queries.values()].flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
    const seconds = query.Period ?? (periods.length > 0 ? Math.min(...periods) : 60);
    const periodMs = periodMsOf(seconds);
    const fromMs = this.#from(periodMs);
    const count = Math.ceil((this.#times.untilMs - fromMs) / periodMs);
    if (count > METRICS_LIMITS.dataPointsMax) throw validationFailed("The time range has too many periods.");
    return { periodMs, timesMs: Array.from({ length: count }, (_, index) => fromMs + index * periodMs) };
  }

  #from(periodMs: number): number {
    const { fromMs, isSliding } = this.#times;
    const step = isSliding ? MINUTE_MS : periodMs;
    return Math.floor(fromMs / step) * step;
  }
}

/** Ids begin with a small letter; words of the language do not. */
function namesIn(node: Node): readonly string[] {
  switch (node.kind) {
    case "name":
      return /^[a-z]/.test(node.name) ? [node.name] : [];
    case "call":
      return node.args.flatMap(namesIn);
    case "list":
      return node.items.flatMap(namesIn);
    case "negation":
      return namesIn(node.of);
    case "operation":
      return [...namesIn(node.left), ...namesIn(node.right)];
    default:
      return [];
  }
}
