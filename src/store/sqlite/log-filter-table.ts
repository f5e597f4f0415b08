/** The filters of log groups in the log database. */
import type { DatabaseSync } from "node:sqlite";
import type { Scope } from "../../model/mod.ts";
import type { LogFilterKind, LogFilterQuery, LogFilterRecord } from "../log-filter-store.ts";
import type { Row } from "./log-schema.ts";

export class LogFilterTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  put(groupId: number, { kind, name, createdAtMs, pattern, settings }: LogFilterRecord): void {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO filters (group_id, kind, name, created_ms, pattern, settings)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(groupId, kind, name, createdAtMs, pattern, JSON.stringify(settings));
  }

  delete(groupId: number, kind: LogFilterKind, name: string): boolean {
    const { changes } = this.#db
      .prepare("DELETE FROM filters WHERE group_id = ? AND kind = ? AND name = ?")
      .run(groupId, kind, name);
    return changes === 1;
  }

  deleteOfGroup(groupId: number): void {
    this.#db.prepare("DELETE FROM filters WHERE group_id = ?").run(groupId);
  }

  list(scope: Scope | undefined, { kind, group }: LogFilterQuery): LogFilterRecord[] {
    return this.#db
      .prepare(
        `SELECT filters.*, groups.account, groups.region, groups.name AS group_name
         FROM groups JOIN filters ON filters.group_id = groups.id
         WHERE account = COALESCE(?, account) AND region = COALESCE(?, region)
           AND kind = COALESCE(?, kind) AND groups.name = COALESCE(?, groups.name)
         ORDER BY groups.name, filters.name`,
      )
      .all(scope?.accountId ?? null, scope?.region ?? null, kind ?? null, group ?? null)
      .map(filterRecord);
  }
}

function filterRecord(row: Row): LogFilterRecord {
  return {
    kind: String(row["kind"]) as LogFilterKind,
    scope: { accountId: String(row["account"]), region: String(row["region"]) },
    group: String(row["group_name"]),
    name: String(row["name"]),
    createdAtMs: Number(row["created_ms"]),
    pattern: String(row["pattern"]),
    settings: JSON.parse(String(row["settings"])) as Record<string, unknown>,
  };
}
