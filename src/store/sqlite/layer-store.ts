/** LayerStore on the embedded SQLite. */
import type { DatabaseSync } from "node:sqlite";
import type { LayerVersion, Scope } from "../../model/mod.ts";
import type { LayerStore } from "../layer-store.ts";
import { transaction } from "./transaction.ts";

export class SqliteLayerStore implements LayerStore {
  readonly #db: DatabaseSync;

  /** `db` comes from `openMainDatabase`. */
  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async publish(scope: Scope, version: Omit<LayerVersion, "version">): Promise<LayerVersion> {
    return transaction(this.#db, () => {
      const row = this.#db
        .prepare(
          "SELECT COALESCE(MAX(version), 0) AS last FROM layer_versions WHERE account = ? AND region = ? AND name = ?",
        )
        .get(scope.accountId, scope.region, version.name);
      const published: LayerVersion = { ...version, version: Number(row?.["last"]) + 1 };
      this.#db
        .prepare(
          `INSERT INTO layer_versions (account, region, name, version, code_sha256, code_bytes, document)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          scope.accountId,
          scope.region,
          published.name,
          published.version,
          published.codeSha256,
          published.codeBytes,
          JSON.stringify(published),
        );
      return published;
    });
  }

  async find(scope: Scope, name: string, version: number): Promise<LayerVersion | undefined> {
    return this.#find(scope, name, version);
  }

  async listVersions(scope: Scope, name: string, belowVersion: number | undefined): Promise<LayerVersion[]> {
    return this.#db
      .prepare(
        `SELECT document FROM layer_versions WHERE account = ? AND region = ? AND name = ? AND deleted = 0
           AND version < ? ORDER BY version DESC`,
      )
      .all(scope.accountId, scope.region, name, belowVersion ?? Number.MAX_SAFE_INTEGER)
      .map((row) => JSON.parse(String(row["document"])) as LayerVersion);
  }

  async listNames(scope: Scope): Promise<string[]> {
    return this.#db
      .prepare(
        `SELECT DISTINCT name FROM layer_versions WHERE account = ? AND region = ? AND deleted = 0 ORDER BY name`,
      )
      .all(scope.accountId, scope.region)
      .map((row) => String(row["name"]));
  }

  async update(
    scope: Scope,
    name: string,
    version: number,
    change: (before: LayerVersion) => LayerVersion,
  ): Promise<boolean> {
    return transaction(this.#db, () => {
      const before = this.#find(scope, name, version);
      if (before === undefined) return false;
      this.#db
        .prepare(
          "UPDATE layer_versions SET document = ? WHERE account = ? AND region = ? AND name = ? AND version = ?",
        )
        .run(JSON.stringify(change(before)), scope.accountId, scope.region, name, version);
      return true;
    });
  }

  async delete(scope: Scope, name: string, version: number): Promise<void> {
    this.#db
      .prepare(
        "UPDATE layer_versions SET deleted = 1 WHERE account = ? AND region = ? AND name = ? AND version = ?",
      )
      .run(scope.accountId, scope.region, name, version);
  }

  #find(scope: Scope, name: string, version: number): LayerVersion | undefined {
    const row = this.#db
      .prepare(
        `SELECT document FROM layer_versions
         WHERE account = ? AND region = ? AND name = ? AND version = ? AND deleted = 0`,
      )
      .get(scope.accountId, scope.region, name, version);
    return row && (JSON.parse(String(row["document"])) as LayerVersion);
  }
}
