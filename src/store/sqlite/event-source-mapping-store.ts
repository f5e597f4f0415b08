/** EventSourceMappingStore on the embedded SQLite. */
import type { DatabaseSync } from "node:sqlite";
import type { EventSourceMapping, Scope } from "../../model/mod.ts";
import type { EventSourceMappingStore, MappingQuery } from "../event-source-mapping-store.ts";
import { transaction } from "./transaction.ts";

export class SqliteEventSourceMappingStore implements EventSourceMappingStore {
  readonly #db: DatabaseSync;

  /** `db` comes from `openMainDatabase`. */
  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async find(scope: Scope, uuid: string): Promise<EventSourceMapping | undefined> {
    return this.#find(scope, uuid);
  }

  async write(scope: Scope, mapping: EventSourceMapping): Promise<void> {
    this.#write(scope, mapping);
  }

  async update(
    scope: Scope,
    uuid: string,
    change: (mapping: EventSourceMapping) => EventSourceMapping,
  ): Promise<boolean> {
    return transaction(this.#db, () => {
      const before = this.#find(scope, uuid);
      if (before === undefined) return false;
      this.#write(scope, change(before));
      return true;
    });
  }

  async delete(scope: Scope, uuid: string): Promise<void> {
    this.#db
      .prepare("DELETE FROM event_source_mappings WHERE account = ? AND region = ? AND uuid = ?")
      .run(scope.accountId, scope.region, uuid);
  }

  async list(scope: Scope, query: MappingQuery): Promise<EventSourceMapping[]> {
    return this.#db
      .prepare(
        `SELECT document FROM event_source_mappings WHERE account = ?1 AND region = ?2 AND uuid > ?3
           AND (?4 IS NULL OR document ->> '$.sourceArn' = ?4)
           AND (?5 IS NULL OR document ->> '$.functionName' = ?5)
           AND (?6 IS NULL OR document ->> '$.qualifier' = ?6) ORDER BY uuid LIMIT ?7`,
      )
      .all(
        scope.accountId,
        scope.region,
        query.afterUuid ?? "",
        query.sourceArn ?? null,
        query.functionName ?? null,
        query.qualifier ?? null,
        query.limit,
      )
      .map(mappingOf);
  }

  async *listAll(): AsyncIterable<{ scope: Scope; mapping: EventSourceMapping }> {
    for (const row of this.#db.prepare("SELECT * FROM event_source_mappings").iterate()) {
      const scope = { accountId: String(row["account"]), region: String(row["region"]) };
      yield { scope, mapping: mappingOf(row) };
    }
  }

  #find(scope: Scope, uuid: string): EventSourceMapping | undefined {
    const row = this.#db
      .prepare("SELECT document FROM event_source_mappings WHERE account = ? AND region = ? AND uuid = ?")
      .get(scope.accountId, scope.region, uuid);
    return row && mappingOf(row);
  }

  #write(scope: Scope, mapping: EventSourceMapping): void {
    this.#db
      .prepare(
        "INSERT OR REPLACE INTO event_source_mappings (account, region, uuid, document) VALUES (?, ?, ?, ?)",
      )
      .run(scope.accountId, scope.region, mapping.uuid, JSON.stringify(mapping));
  }
}

function mappingOf(row: Record<string, unknown>): EventSourceMapping {
  return JSON.parse(String(row["document"])) as EventSourceMapping;
}
