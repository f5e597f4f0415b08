/** CodeSigningStore on the embedded SQLite. */
import type { DatabaseSync } from "node:sqlite";
import type { CodeSigningConfigRecord, Scope } from "../../model/mod.ts";
import type { CodeSigningStore } from "../code-signing-store.ts";

export class SqliteCodeSigningStore implements CodeSigningStore {
  readonly #db: DatabaseSync;

  /** `db` comes from `openMainDatabase`. */
  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async find(scope: Scope, id: string): Promise<CodeSigningConfigRecord | undefined> {
    const row = this.#db
      .prepare("SELECT document FROM code_signing_configs WHERE account = ? AND region = ? AND id = ?")
      .get(scope.accountId, scope.region, id);
    return row && (JSON.parse(String(row["document"])) as CodeSigningConfigRecord);
  }

  async write(scope: Scope, config: CodeSigningConfigRecord): Promise<void> {
    this.#db
      .prepare(
        "INSERT OR REPLACE INTO code_signing_configs (account, region, id, document) VALUES (?, ?, ?, ?)",
      )
      .run(scope.accountId, scope.region, config.id, JSON.stringify(config));
  }

  async delete(scope: Scope, id: string): Promise<void> {
    this.#db
      .prepare("DELETE FROM code_signing_configs WHERE account = ? AND region = ? AND id = ?")
      .run(scope.accountId, scope.region, id);
  }

  async list(scope: Scope, afterId: string, limit: number): Promise<CodeSigningConfigRecord[]> {
    return this.#db
      .prepare(
        "SELECT document FROM code_signing_configs WHERE account = ? AND region = ? AND id > ? ORDER BY id LIMIT ?",
      )
      .all(scope.accountId, scope.region, afterId, limit)
      .map((row) => JSON.parse(String(row["document"])) as CodeSigningConfigRecord);
  }

  async functionsOf(scope: Scope, arn: string, afterName: string, limit: number): Promise<string[]> {
    return this.#db
      .prepare(
        `SELECT name FROM functions WHERE account = ? AND region = ? AND name > ?
           AND shared ->> '$.codeSigningConfigArn' = ? ORDER BY name LIMIT ?`,
      )
      .all(scope.accountId, scope.region, afterName, arn, limit)
      .map((row) => String(row["name"]));
  }
}
