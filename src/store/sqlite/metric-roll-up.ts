/** Keeps the metric database small: minutes become five minutes, these become hours, and hours go. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { METRICS_LIMITS } from "../../config/mod.ts";
import { MetricAggregate } from "../../model/mod.ts";
import { aggregateOf, MINUTE_MS, valueColumns } from "./metric-rows.ts";
import { transaction, yieldToEventLoop } from "./transaction.ts";

/** Rows of one transaction; requests are served between two. */
const ROWS_OF_STEP = 1000;

/** Minutes that a row stands for, and for what it will stand when it is old. */
const STEPS = [
  { span: 1, keptMs: METRICS_LIMITS.minutesKeptMs, becomes: 5 },
  { span: 5, keptMs: METRICS_LIMITS.fiveMinutesKeptMs, becomes: 60 },
  { span: 60, keptMs: METRICS_LIMITS.hoursKeptMs, becomes: undefined },
] as const;

export class MetricRollUp {
  readonly #db: DatabaseSync;
  readonly #oldest: StatementSync;
  readonly #find: StatementSync;
  readonly #remove: StatementSync;
  readonly #put: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#oldest = db.prepare(
      "SELECT * FROM metric_values WHERE span = ? AND start < ? ORDER BY start LIMIT ?",
    );
    this.#find = db.prepare("SELECT * FROM metric_values WHERE series = ? AND start = ?");
    this.#remove = db.prepare("DELETE FROM metric_values WHERE series = ? AND start = ?");
    this.#put = db.prepare(
      `INSERT OR REPLACE INTO metric_values (series, start, count, sum, minimum, maximum, distribution, span)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  async enforceBounds(nowMs: number): Promise<void> {
    for (const { span, keptMs, becomes } of STEPS) {
      // Whole spans of the next kind only, so that none is rolled up twice.
      const wholes = (becomes ?? 1) * MINUTE_MS;
      const beforeMinute = (Math.floor((nowMs - keptMs) / wholes) * wholes) / MINUTE_MS;
      while (this.#step(span, beforeMinute, becomes) === ROWS_OF_STEP) await yieldToEventLoop();
    }
    await this.#removeBeyond(METRICS_LIMITS.storedBytesMax);
    const goneMinute = Math.floor((nowMs - METRICS_LIMITS.hoursKeptMs) / MINUTE_MS);
    this.#db
      .prepare(
        `DELETE FROM series WHERE last_minute < ?
           AND NOT EXISTS (SELECT 1 FROM metric_values WHERE series = series.id)`,
      )
      .run(goneMinute);
  }

  /** Returns how many rows were dealt with. */
  #step(span: number, beforeMinute: number, becomes: number | undefined): number {
    return transaction(this.#db, () => {
      const rows = this.#oldest.all(span, beforeMinute, ROWS_OF_STEP);
      for (const row of rows) {
        const series = Number(row["series"]);
        const start = Number(row["start"]);
        this.#remove.run(series, start);
        if (becomes === undefined) continue;
        const into = Math.floor(start / becomes) * becomes;
        const merged = new MetricAggregate();
        const there = this.#find.get(series, into);
        if (there !== undefined) merged.merge(aggregateOf(there));
        merged.merge(aggregateOf(row));
        this.#put.run(series, into, ...valueColumns(merged), becomes);
      }
      return rows.length;
    });
  }

  async #removeBeyond(bytesMax: number): Promise<void> {
    const pragma = (name: string): number => Number(this.#db.prepare(`PRAGMA ${name}`).get()?.[name]);
    const bytes = (): number => (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
    // The longer the span, the older the row.
    for (const { span } of STEPS.toReversed()) {
      while (bytes() > bytesMax) {
        if (this.#step(span, Number.MAX_SAFE_INTEGER, undefined) === 0) break;
        await yieldToEventLoop();
      }
    }
  }
}
