/** MetricStore on SQLite: a row for each series and minute, read by one range of the primary key. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { METRICS_LIMITS } from "../../config/mod.ts";
import { MetricAggregate, type Scope } from "../../model/mod.ts";
import type {
  MetricListQuery,
  MetricName,
  MetricRange,
  MetricSeries,
  MetricStore,
  MetricWrite,
  StoredMetric,
} from "../metric-store.ts";
import { MetricRollUp } from "./metric-roll-up.ts";
import { aggregateOf, MINUTE_MS, valueColumns } from "./metric-rows.ts";
import { transaction, yieldToEventLoop } from "./transaction.ts";

/** Read at once, where rows have their distributions. */
const ROWS_OF_PIECE = 2000;

export class SqliteMetricStore implements MetricStore {
  readonly #db: DatabaseSync;
  readonly #rollUp: MetricRollUp;
  readonly #seriesMax: number;
  readonly #findSeries: StatementSync;
  readonly #insertSeries: StatementSync;
  readonly #touchSeries: StatementSync;
  readonly #find: StatementSync;
  readonly #put: StatementSync;
  #seriesCount: number;
  /** Row numbers by the objects that callers use again and again. */
  #ids = new WeakMap<MetricSeries, number>();

  constructor(db: DatabaseSync, { seriesMax = METRICS_LIMITS.seriesMax as number } = {}) {
    this.#db = db;
    this.#seriesMax = seriesMax;
    this.#rollUp = new MetricRollUp(db);
    this.#findSeries = db.prepare(
      `SELECT id FROM series
       WHERE account = ? AND region = ? AND namespace = ? AND name = ? AND dimensions = ? AND unit = ?`,
    );
    this.#insertSeries = db.prepare(
      `INSERT INTO series (account, region, namespace, name, dimensions, unit, last_minute)
       VALUES (?, ?, ?, ?, ?, ?, 0)`,
    );
    this.#touchSeries = db.prepare("UPDATE series SET last_minute = ?1 WHERE id = ?2 AND last_minute < ?1");
    this.#find = db.prepare("SELECT * FROM metric_values WHERE series = ? AND start = ?");
    this.#put = db.prepare(
      `INSERT OR REPLACE INTO metric_values (series, start, count, sum, minimum, maximum, distribution, span)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#seriesCount = this.#countSeries();
  }

  async add(writes: readonly MetricWrite[]): Promise<{ readonly dropped: number }> {
    let dropped = 0;
    try {
      transaction(this.#db, () => {
        for (const { series, startMs, values } of writes) {
          const id = this.#idOf(series);
          if (id === undefined) dropped++;
          else this.#merge(id, Math.floor(startMs / MINUTE_MS), values);
        }
      });
    } catch (error) {
      // Rows of series that were made in the batch went with it.
      this.#ids = new WeakMap();
      this.#seriesCount = this.#countSeries();
      throw error;
    }
    return { dropped };
  }

  async read(scope: Scope, range: MetricRange): Promise<StoredMetric[]> {
    const { periodMs } = range;
    return periodMs === undefined ? this.#readAll(scope, range) : this.#readSummaries(scope, range, periodMs);
  }

  async list(scope: Scope, query: MetricListQuery): Promise<MetricName[]> {
    const { after, limit } = query;
    const rows = this.#db
      .prepare(
        `SELECT namespace, name, dimensions, MAX(last_minute) AS last FROM series
         WHERE account = ? AND region = ? AND namespace = COALESCE(?, namespace) AND name = COALESCE(?, name)
           AND (namespace, name, dimensions) > (?, ?, ?)
         GROUP BY namespace, name, dimensions HAVING last >= ? ORDER BY namespace, name, dimensions`,
      )
      .iterate(
        ...[scope.accountId, scope.region, query.namespace ?? null, query.name ?? null],
        ...[
          after?.namespace ?? "",
          after?.name ?? "",
          after === undefined ? "" : dimensionsKey(after.dimensions),
        ],
        Math.floor(query.activeSinceMs / MINUTE_MS),
      );
    const found: MetricName[] = [];
    const names = query.dimensions.map(({ name }) => JSON.stringify(name));
    for (const row of rows) {
      // Most are none of those that are looked for, and need not be read.
      if (names.some((name) => !String(row["dimensions"]).includes(name))) continue;
      const dimensions = Object.fromEntries(JSON.parse(String(row["dimensions"])) as [string, string][]);
      const isMeant = query.dimensions.every(
        ({ name, value }) =>
          Object.hasOwn(dimensions, name) && (value === undefined || dimensions[name] === value),
      );
      if (isMeant) found.push({ namespace: String(row["namespace"]), name: String(row["name"]), dimensions });
      if (found.length === limit) break;
    }
    return found;
  }

  async enforceBounds(nowMs: number): Promise<void> {
    await this.#rollUp.enforceBounds(nowMs);
    this.#ids = new WeakMap();
    this.#seriesCount = this.#countSeries();
  }

  /** A piece at a time: distributions take a while to read, and requests are served in between. */
  async #readAll(scope: Scope, range: MetricRange): Promise<StoredMetric[]> {
    const found: StoredMetric[] = [];
    const read = this.#db.prepare(
      `SELECT series.unit, v.* FROM series JOIN metric_values v ON v.series = series.id
       WHERE ${OF_METRIC} AND v.start < ? AND (v.start, v.series) > (?, ?) ORDER BY v.start, v.series LIMIT ?`,
    );
    const untilMinute = Math.ceil(range.untilMs / MINUTE_MS);
    let [start, series] = [Math.floor(range.fromMs / MINUTE_MS), -1];
    for (;;) {
      const rows = read.all(...metricKey(scope, range), untilMinute, start, series, ROWS_OF_PIECE);
      for (const row of rows) found.push(storedMetric(row));
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_OF_PIECE) return found;
      [start, series] = [Number(last["start"]), Number(last["series"])];
      await yieldToEventLoop();
    }
  }

  #readSummaries(scope: Scope, range: MetricRange, periodMs: number): StoredMetric[] {
    const fromMinute = Math.floor(range.fromMs / MINUTE_MS);
    const periodMinutes = Math.max(1, Math.floor(periodMs / MINUTE_MS));
    return this.#db
      .prepare(
        `SELECT unit, $from + CAST((v.start - $from) / $period AS INTEGER) * $period AS start, SUM(count) AS count, SUM(sum) AS sum,
           MIN(minimum) AS minimum, MAX(maximum) AS maximum
         FROM series JOIN metric_values v ON v.series = series.id
         WHERE ${OF_METRIC} AND v.start >= $from AND v.start < $until GROUP BY 2, unit ORDER BY 2`,
      )
      .all(
        { $from: fromMinute, $period: periodMinutes, $until: Math.ceil(range.untilMs / MINUTE_MS) },
        ...metricKey(scope, range),
      )
      .map(storedMetric);
  }

  /** Inside a transaction. Undefined where there are too many already. */
  #idOf(series: MetricSeries): number | undefined {
    const known = this.#ids.get(series);
    if (known !== undefined) return known;
    const { scope, namespace, name, unit } = series;
    const key = [scope.accountId, scope.region, namespace, name, dimensionsKey(series.dimensions), unit];
    let id = this.#findSeries.get(...key)?.["id"];
    if (id === undefined) {
      if (this.#seriesCount >= this.#seriesMax) return undefined;
      id = Number(this.#insertSeries.run(...key).lastInsertRowid);
      this.#seriesCount++;
    }
    this.#ids.set(series, Number(id));
    return Number(id);
  }

  #merge(id: number, minute: number, values: MetricAggregate): void {
    const before = this.#find.get(id, minute);
    const merged = new MetricAggregate();
    if (before !== undefined) merged.merge(aggregateOf(before));
    merged.merge(values);
    this.#put.run(id, minute, ...valueColumns(merged), Number(before?.["span"] ?? 1));
    if (before === undefined) this.#touchSeries.run(minute, id);
  }

  #countSeries(): number {
    return Number(this.#db.prepare("SELECT COUNT(*) AS n FROM series").get()?.["n"]);
  }
}

const OF_METRIC = `account = ? AND region = ? AND namespace = ? AND name = ? AND dimensions = ?
  AND unit = COALESCE(?, unit)`;

/** The values of `OF_METRIC`. */
function metricKey(scope: Scope, { namespace, name, dimensions, unit }: MetricRange) {
  return [scope.accountId, scope.region, namespace, name, dimensionsKey(dimensions), unit ?? null] as const;
}

function storedMetric(row: Record<string, unknown>): StoredMetric {
  return {
    unit: String(row["unit"]),
    startMs: Number(row["start"]) * MINUTE_MS,
    values: aggregateOf(row),
  };
}

/** The same for the same dimensions, in whatever order they were named. */
function dimensionsKey(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1)));
}
