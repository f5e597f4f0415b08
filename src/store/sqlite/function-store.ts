/** FunctionStore on the embedded SQLite: one row a function and a version, documents as JSON, fsync on commit. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  codeBytesOf,
  type FunctionAlias,
  type FunctionShared,
  type FunctionVersion,
  type QualifierSettingKind,
  type QualifierSettings,
  type Scope,
} from "../../model/mod.ts";
import type {
  FunctionRecord,
  FunctionStore,
  LocatedSetting,
  ScopedFunction,
  ScopeUsage,
} from "../function-store.ts";
import { transaction } from "./transaction.ts";

type Row = Record<string, unknown>;

function record(row: Row): FunctionRecord {
  return {
    shared: JSON.parse(String(row["shared"])) as FunctionShared,
    latest: JSON.parse(String(row["document"])) as FunctionVersion,
  };
}

const SELECT = `SELECT f.account, f.region, f.shared, v.document FROM functions f
  JOIN function_versions v ON v.account = f.account AND v.region = f.region AND v.name = f.name
   AND v.version = '$LATEST'`;

export class SqliteFunctionStore implements FunctionStore {
  readonly #db: DatabaseSync;
  readonly #find: StatementSync;
  readonly #findAlias: StatementSync;
  readonly #findUrl: StatementSync;
  /**
   * Decoded records by scope and name: an invocation reads its function on every call. Sound because this
   * process is the only writer of an embedded database and every write below drops its entry.
   */
  readonly #cache = new Map<string, FunctionRecord>();
  readonly #versions = new Map<string, FunctionVersion>();

  /** `db` comes from `openMainDatabase`. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#find = this.#db.prepare(`${SELECT} WHERE f.account = ? AND f.region = ? AND f.name = ?`);
    this.#findAlias = this.#db.prepare(
      "SELECT document FROM aliases WHERE account = ? AND region = ? AND function = ? AND name = ?",
    );
    this.#findUrl = this.#db.prepare(
      "SELECT * FROM qualifier_settings WHERE kind = 'url' AND document ->> '$.urlId' = ?",
    );
  }

  async find(scope: Scope, name: string): Promise<FunctionRecord | undefined> {
    const key = cacheKey(scope, name);
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const row = this.#find.get(scope.accountId, scope.region, name);
    if (row === undefined) return undefined;
    const found = record(row);
    remember(this.#cache, key, found);
    return found;
  }

  async list(scope: Scope, afterName: string | undefined, limit: number): Promise<FunctionRecord[]> {
    const rows = this.#db
      .prepare(`${SELECT} WHERE f.account = ? AND f.region = ? AND f.name > ? ORDER BY f.name LIMIT ?`)
      .all(scope.accountId, scope.region, afterName ?? "", limit);
    return rows.map(record);
  }

  async *listAll(): AsyncIterable<ScopedFunction> {
    for (const row of this.#db.prepare(SELECT).iterate()) {
      const scope = { accountId: String(row["account"]), region: String(row["region"]) };
      yield { scope, record: record(row) };
    }
  }

  async create(scope: Scope, { shared, latest }: FunctionRecord): Promise<boolean> {
    return this.#change(scope, latest.name, () => {
      const { changes } = this.#db
        .prepare("INSERT OR IGNORE INTO functions (account, region, name, shared) VALUES (?, ?, ?, ?)")
        .run(scope.accountId, scope.region, shared.name, JSON.stringify(shared));
      if (changes === 0) return false;
      this.#insertVersion(scope, latest);
      return true;
    });
  }

  async replaceLatest(scope: Scope, latest: FunctionVersion, expectedRevisionId: string): Promise<boolean> {
    return this.#change(scope, latest.name, () => this.#replaceVersion(scope, latest, expectedRevisionId));
  }

  async updateShared(
    scope: Scope,
    name: string,
    change: (shared: FunctionShared) => FunctionShared,
  ): Promise<boolean> {
    return this.#change(scope, name, () => {
      const row = this.#find.get(scope.accountId, scope.region, name);
      if (row === undefined) return false;
      this.#writeShared(scope, change(record(row).shared));
      return true;
    });
  }

  async delete(scope: Scope, name: string): Promise<boolean> {
    // Only the end of their function ends versions unseen.
    this.#versions.clear();
    return this.#change(scope, name, () => {
      const key = [scope.accountId, scope.region, name] as const;
      for (const table of ["aliases", "qualifier_settings"]) {
        this.#db
          .prepare(`DELETE FROM ${table} WHERE account = ? AND region = ? AND function = ?`)
          .run(...key);
      }
      this.#db
        .prepare("DELETE FROM function_versions WHERE account = ? AND region = ? AND name = ?")
        .run(...key);
      return (
        this.#db.prepare("DELETE FROM functions WHERE account = ? AND region = ? AND name = ?").run(...key)
          .changes === 1
      );
    });
  }

  async findVersion(scope: Scope, name: string, version: string): Promise<FunctionVersion | undefined> {
    const key = cacheKey(scope, name, version);
    const cached = this.#versions.get(key);
    if (cached !== undefined) return cached;
    const row = this.#db
      .prepare(
        "SELECT document FROM function_versions WHERE account = ? AND region = ? AND name = ? AND version = ?",
      )
      .get(scope.accountId, scope.region, name, version);
    if (row === undefined) return undefined;
    const found = JSON.parse(String(row["document"])) as FunctionVersion;
    remember(this.#versions, key, found);
    return found;
  }

  async listVersions(
    scope: Scope,
    name: string,
    afterNumber: number,
    limit: number,
  ): Promise<FunctionVersion[]> {
    return this.#db
      .prepare(
        `SELECT document FROM function_versions WHERE account = ? AND region = ? AND name = ?
           AND version <> '$LATEST' AND CAST(version AS INTEGER) > ? ORDER BY CAST(version AS INTEGER) LIMIT ?`,
      )
      .all(scope.accountId, scope.region, name, afterNumber, limit)
      .map((row) => JSON.parse(String(row["document"])) as FunctionVersion);
  }

  async publish(scope: Scope, version: FunctionVersion, latestRevisionId: string): Promise<boolean> {
    return this.#change(scope, version.name, () => {
      const row = this.#find.get(scope.accountId, scope.region, version.name);
      if (row === undefined || record(row).latest.revisionId !== latestRevisionId) return false;
      this.#writeShared(scope, { ...record(row).shared, lastPublishedVersion: Number(version.version) });
      this.#insertVersion(scope, version);
      return true;
    });
  }

  async settleVersion(scope: Scope, version: FunctionVersion): Promise<boolean> {
    this.#versions.delete(cacheKey(scope, version.name, version.version));
    return this.#replaceVersion(scope, version, version.revisionId);
  }

  async listPending(): Promise<{ scope: Scope; version: FunctionVersion }[]> {
    return this.#db
      .prepare(
        `SELECT account, region, document FROM function_versions
         WHERE version <> '$LATEST' AND document ->> '$.state' = 'Pending'`,
      )
      .all()
      .map((row) => ({
        scope: { accountId: String(row["account"]), region: String(row["region"]) },
        version: JSON.parse(String(row["document"])) as FunctionVersion,
      }));
  }

  async deleteVersion(scope: Scope, name: string, version: string): Promise<boolean> {
    this.#versions.delete(cacheKey(scope, name, version));
    const { changes } = this.#db
      .prepare(
        `DELETE FROM function_versions WHERE account = ? AND region = ? AND name = ? AND version = ?
           AND version <> '$LATEST'`,
      )
      .run(scope.accountId, scope.region, name, version);
    return changes === 1;
  }

  async findAlias(scope: Scope, functionName: string, alias: string): Promise<FunctionAlias | undefined> {
    const row = this.#findAlias.get(scope.accountId, scope.region, functionName, alias);
    return row && (JSON.parse(String(row["document"])) as FunctionAlias);
  }

  async listAliases(
    scope: Scope,
    functionName: string,
    query: { version?: string | undefined; afterName?: string | undefined; limit: number },
  ): Promise<FunctionAlias[]> {
    return this.#db
      .prepare(
        `SELECT document FROM aliases WHERE account = ?1 AND region = ?2 AND function = ?3 AND name > ?4
           AND (?5 IS NULL OR version = ?5 OR additional_version = ?5) ORDER BY name LIMIT ?6`,
      )
      .all(
        scope.accountId,
        scope.region,
        functionName,
        query.afterName ?? "",
        query.version ?? null,
        query.limit,
      )
      .map((row) => JSON.parse(String(row["document"])) as FunctionAlias);
  }

  async createAlias(scope: Scope, alias: FunctionAlias): Promise<boolean> {
    const { changes } = this.#db
      .prepare(
        `INSERT OR IGNORE INTO aliases
           (version, additional_version, revision_id, document, account, region, function, name)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(...aliasColumns(alias), scope.accountId, scope.region, alias.functionName, alias.name);
    return changes === 1;
  }

  async replaceAlias(scope: Scope, alias: FunctionAlias, expectedRevisionId: string): Promise<boolean> {
    const { changes } = this.#db
      .prepare(
        `UPDATE aliases SET version = ?, additional_version = ?, revision_id = ?, document = ?
         WHERE account = ? AND region = ? AND function = ? AND name = ? AND revision_id = ?`,
      )
      .run(
        ...aliasColumns(alias),
        scope.accountId,
        scope.region,
        alias.functionName,
        alias.name,
        expectedRevisionId,
      );
    return changes === 1;
  }

  async deleteAlias(scope: Scope, functionName: string, alias: string): Promise<boolean> {
    const { changes } = this.#db
      .prepare("DELETE FROM aliases WHERE account = ? AND region = ? AND function = ? AND name = ?")
      .run(scope.accountId, scope.region, functionName, alias);
    return changes === 1;
  }

  async findSetting<K extends QualifierSettingKind>(
    scope: Scope,
    functionName: string,
    kind: K,
    qualifier: string,
  ): Promise<QualifierSettings[K] | undefined> {
    const row = this.#db
      .prepare(
        `SELECT document FROM qualifier_settings
         WHERE account = ? AND region = ? AND function = ? AND kind = ? AND qualifier = ?`,
      )
      .get(scope.accountId, scope.region, functionName, kind, qualifier);
    return row && (JSON.parse(String(row["document"])) as QualifierSettings[K]);
  }

  async writeSetting<K extends QualifierSettingKind>(
    scope: Scope,
    functionName: string,
    kind: K,
    qualifier: string,
    setting: QualifierSettings[K],
  ): Promise<void> {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO qualifier_settings (account, region, function, kind, qualifier, document)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(scope.accountId, scope.region, functionName, kind, qualifier, JSON.stringify(setting));
  }

  async listSettings<K extends QualifierSettingKind>(
    scope: Scope,
    functionName: string,
    kind: K,
  ): Promise<{ qualifier: string; setting: QualifierSettings[K] }[]> {
    return this.#db
      .prepare(
        `SELECT qualifier, document FROM qualifier_settings
         WHERE account = ? AND region = ? AND function = ? AND kind = ? ORDER BY qualifier`,
      )
      .all(scope.accountId, scope.region, functionName, kind)
      .map((row) => ({
        qualifier: String(row["qualifier"]),
        setting: JSON.parse(String(row["document"])) as QualifierSettings[K],
      }));
  }

  async *listAllSettings<K extends QualifierSettingKind>(kind: K): AsyncIterable<LocatedSetting<K>> {
    const rows = this.#db.prepare("SELECT * FROM qualifier_settings WHERE kind = ?").iterate(kind);
    for (const row of rows) yield located(row);
  }

  async findUrl(urlId: string): Promise<LocatedSetting<"url"> | undefined> {
    const row = this.#findUrl.get(urlId);
    return row && located(row);
  }

  async deleteSetting(
    scope: Scope,
    functionName: string,
    kind: QualifierSettingKind,
    qualifier: string,
  ): Promise<boolean> {
    const { changes } = this.#db
      .prepare(
        `DELETE FROM qualifier_settings
         WHERE account = ? AND region = ? AND function = ? AND kind = ? AND qualifier = ?`,
      )
      .run(scope.accountId, scope.region, functionName, kind, qualifier);
    return changes === 1;
  }

  async usage(scope: Scope): Promise<ScopeUsage> {
    const count = this.#db
      .prepare("SELECT COUNT(*) AS functions FROM functions WHERE account = ? AND region = ?")
      .get(scope.accountId, scope.region);
    const reservations = this.#db
      .prepare(
        `SELECT COALESCE(SUM(shared ->> '$.reservedConcurrency'), 0) AS reserved FROM functions
         WHERE account = ? AND region = ? AND shared ->> '$.reservedConcurrency' IS NOT NULL`,
      )
      .get(scope.accountId, scope.region);
    const code = this.#db
      .prepare(
        `SELECT COALESCE(SUM(bytes), 0) AS bytes FROM (
           SELECT code_bytes AS bytes FROM function_versions WHERE account = ?1 AND region = ?2
           UNION ALL
           SELECT code_bytes FROM layer_versions WHERE account = ?1 AND region = ?2 AND deleted = 0)`,
      )
      .get(scope.accountId, scope.region);
    const provisioned = this.#db
      .prepare(
        `SELECT COALESCE(SUM(s.document ->> '$.requested'), 0) AS requested FROM qualifier_settings s
         JOIN functions f ON f.account = s.account AND f.region = s.region AND f.name = s.function
         WHERE s.kind = 'provisioned' AND s.account = ? AND s.region = ?
           AND f.shared ->> '$.reservedConcurrency' IS NULL`,
      )
      .get(scope.accountId, scope.region);
    return {
      functions: Number(count?.["functions"]),
      unreservedProvisioned: Number(provisioned?.["requested"]),
      reservedConcurrency: Number(reservations?.["reserved"]),
      codeBytes: Number(code?.["bytes"]),
    };
  }

  async codeInUse(): Promise<Set<string>> {
    const rows = this.#db
      .prepare(
        `SELECT code_sha256 AS sha FROM function_versions WHERE code_sha256 IS NOT NULL
         UNION SELECT layer.value ->> '$.CodeSha256' FROM function_versions,
           json_each(document, '$.settings.Layers') AS layer
         UNION SELECT code_sha256 FROM layer_versions WHERE deleted = 0`,
      )
      .all();
    return new Set(rows.map((row) => String(row["sha"])));
  }

  #writeShared(scope: Scope, shared: FunctionShared): void {
    this.#db
      .prepare("UPDATE functions SET shared = ? WHERE account = ? AND region = ? AND name = ?")
      .run(JSON.stringify(shared), scope.accountId, scope.region, shared.name);
  }

  #replaceVersion(scope: Scope, version: FunctionVersion, expectedRevisionId: string): boolean {
    const { changes } = this.#db
      .prepare(
        `UPDATE function_versions SET revision_id = ?, code_sha256 = ?, code_bytes = ?, document = ?
         WHERE account = ? AND region = ? AND name = ? AND version = ? AND revision_id = ?`,
      )
      .run(
        ...versionColumns(version),
        scope.accountId,
        scope.region,
        version.name,
        version.version,
        expectedRevisionId,
      );
    return changes === 1;
  }

  #insertVersion(scope: Scope, version: FunctionVersion): void {
    this.#db
      .prepare(
        `INSERT INTO function_versions
           (account, region, name, version, revision_id, code_sha256, code_bytes, document)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(scope.accountId, scope.region, version.name, version.version, ...versionColumns(version));
  }

  /** One function's change; what was remembered of it is forgotten. */
  #change<T>(scope: Scope, name: string, work: () => T): T {
    try {
      return transaction(this.#db, work);
    } finally {
      this.#cache.delete(cacheKey(scope, name));
    }
  }
}

function cacheKey(scope: Scope, name: string, version = ""): string {
  return `${scope.accountId}/${scope.region}/${name}:${version}`;
}

/** Records remembered at once; then the memory starts over. */
const REMEMBERED_MAX = 20_000;

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  if (memory.size >= REMEMBERED_MAX) memory.clear();
  memory.set(key, value);
}

function located<K extends QualifierSettingKind>(row: Row): LocatedSetting<K> {
  return {
    scope: { accountId: String(row["account"]), region: String(row["region"]) },
    functionName: String(row["function"]),
    qualifier: String(row["qualifier"]),
    setting: JSON.parse(String(row["document"])) as QualifierSettings[K],
  };
}

function aliasColumns(alias: FunctionAlias): [string, string | null, string, string] {
  return [alias.version, alias.additional?.version ?? null, alias.revisionId, JSON.stringify(alias)];
}

function versionColumns(version: FunctionVersion): [string, string | null, number, string] {
  const { code } = version;
  // Only archives are kept here and must not be collected.
  const blob = code.kind === "zip" ? code.sha256 : null;
  return [version.revisionId, blob, codeBytesOf(code), JSON.stringify(version)];
}
