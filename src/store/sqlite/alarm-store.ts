/** AlarmStore on SQLite, in the database of the metrics that alarms watch. */
import type { DatabaseSync } from "node:sqlite";
import { METRICS_LIMITS } from "../../config/mod.ts";
import type { Scope } from "../../model/mod.ts";
import type { AlarmHistoryItem, AlarmHistoryQuery, AlarmRecord, AlarmStore } from "../alarm-store.ts";
import { transaction } from "./transaction.ts";

type Row = Record<string, unknown>;

/** What is written as a configuration is what is read as one: the caller says what that is. */
export class SqliteAlarmStore<Configuration> implements AlarmStore<Configuration> {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async find(scope: Scope, name: string): Promise<AlarmRecord<Configuration> | undefined> {
    return this.#find(scope, name);
  }

  async update(
    scope: Scope,
    name: string,
    change: (alarm: AlarmRecord<Configuration> | undefined) => AlarmRecord<Configuration> | undefined,
  ): Promise<AlarmRecord<Configuration> | undefined> {
    return transaction(this.#db, () => {
      const changed = change(this.#find(scope, name));
      if (changed === undefined) return undefined;
      this.#db
        .prepare("INSERT OR REPLACE INTO alarms (account, region, name, document) VALUES (?, ?, ?, ?)")
        .run(scope.accountId, scope.region, name, JSON.stringify(changed));
      return changed;
    });
  }

  async list(scope: Scope): Promise<AlarmRecord<Configuration>[]> {
    return this.#db
      .prepare("SELECT document FROM alarms WHERE account = ? AND region = ? ORDER BY name")
      .all(scope.accountId, scope.region)
      .map((row) => this.#record(row));
  }

  async listAll(): Promise<{ readonly scope: Scope; readonly alarm: AlarmRecord<Configuration> }[]> {
    return this.#db
      .prepare("SELECT * FROM alarms")
      .all()
      .map((row) => ({
        scope: { accountId: String(row["account"]), region: String(row["region"]) },
        alarm: this.#record(row),
      }));
  }

  async remove(scope: Scope, names: readonly string[]): Promise<void> {
    transaction(this.#db, () => {
      const remove = this.#db.prepare("DELETE FROM alarms WHERE account = ? AND region = ? AND name = ?");
      for (const name of names) remove.run(scope.accountId, scope.region, name);
    });
  }

  async addHistory(scope: Scope, item: AlarmHistoryItem): Promise<void> {
    const where = [scope.accountId, scope.region] as const;
    transaction(this.#db, () => {
      this.#db
        .prepare(
          "INSERT INTO alarm_history (account, region, name, time_ms, kind, document) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .run(...where, item.name, item.timeMs, item.kind, JSON.stringify(item));
      this.#db
        .prepare("DELETE FROM alarm_history WHERE account = ? AND region = ? AND time_ms < ?")
        .run(...where, item.timeMs - METRICS_LIMITS.alarmHistoryKeptMs);
      this.#db
        .prepare(
          `DELETE FROM alarm_history WHERE id IN (SELECT id FROM alarm_history WHERE account = ? AND region = ?
             ORDER BY time_ms DESC LIMIT -1 OFFSET ?)`,
        )
        .run(...where, METRICS_LIMITS.alarmHistoryItemsMax);
    });
  }

  async history(scope: Scope, query: AlarmHistoryQuery): Promise<AlarmHistoryItem[]> {
    const direction = query.descending ? "DESC" : "ASC";
    return this.#db
      .prepare(
        `SELECT document FROM alarm_history WHERE account = ? AND region = ? AND name = COALESCE(?, name)
           AND kind = COALESCE(?, kind) AND time_ms >= ? AND time_ms < ?
         ORDER BY time_ms ${direction}, id ${direction} LIMIT ? OFFSET ?`,
      )
      .all(
        ...[scope.accountId, scope.region, query.name ?? null, query.kind ?? null],
        ...[query.fromMs ?? 0, query.untilMs ?? Number.MAX_SAFE_INTEGER, query.limit, query.skip],
      )
      .map((row) => JSON.parse(String(row["document"])) as AlarmHistoryItem);
  }

  #find(scope: Scope, name: string): AlarmRecord<Configuration> | undefined {
    const row = this.#db
      .prepare("SELECT document FROM alarms WHERE account = ? AND region = ? AND name = ?")
      .get(scope.accountId, scope.region, name);
    return row && this.#record(row);
  }

  #record(row: Row): AlarmRecord<Configuration> {
    return JSON.parse(String(row["document"])) as AlarmRecord<Configuration>;
  }
}
