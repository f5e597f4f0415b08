/** FunctionStore on the embedded SQLite: one row a function and a version, documents as JSON, fsync on commit. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { FunctionShared, FunctionVersion, Scope } from "../../model/mod.ts";
import type { AcceptedEvent, FunctionRecord, FunctionStore, ScopedFunction } from "../function-store.ts";
import { migrate } from "./migrate.ts";
import { transaction } from "./transaction.ts";

/** Append only: a released entry never changes. */
const MIGRATIONS = [
  `CREATE TABLE functions (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     shared TEXT NOT NULL,
     PRIMARY KEY (account, region, name)
   ) WITHOUT ROWID;
   CREATE TABLE function_versions (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
     revision_id TEXT NOT NULL, code_sha256 TEXT NOT NULL, code_bytes INTEGER NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (account, region, name, version)
   ) WITHOUT ROWID;
   CREATE TABLE accepted_events (
     seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, head TEXT NOT NULL, payload BLOB NOT NULL
   );`,
];

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
  readonly #insertEvent: StatementSync;
  readonly #deleteEvent: StatementSync;
  /**
   * Decoded records by scope and name: an invocation reads its function on every call. Sound because this
   * process is the only writer of an embedded database and every write below drops its entry.
   */
  readonly #cache = new Map<string, FunctionRecord>();

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    // FULL: a commit is on disk before it is acknowledged, also through a power cut.
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    migrate(this.#db, MIGRATIONS);
    this.#find = this.#db.prepare(`${SELECT} WHERE f.account = ? AND f.region = ? AND f.name = ?`);
    this.#insertEvent = this.#db.prepare("INSERT INTO accepted_events (id, head, payload) VALUES (?, ?, ?)");
    this.#deleteEvent = this.#db.prepare("DELETE FROM accepted_events WHERE id = ?");
  }

  async find(scope: Scope, name: string): Promise<FunctionRecord | undefined> {
    const key = cacheKey(scope, name);
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const row = this.#find.get(scope.accountId, scope.region, name);
    if (row === undefined) return undefined;
    const found = record(row);
    this.#cache.set(key, found);
    return found;
  }

  async list(scope: Scope, afterName: string | undefined, limit: number): Promise<FunctionRecord[]> {
    const rows = this.#db
      .prepare(`${SELECT} WHERE f.account = ? AND f.region = ? AND f.name > ? ORDER BY f.name LIMIT ?`)
      .all(scope.accountId, scope.region, afterName ?? "", limit);
    return rows.map(record);
  }

  async *listAll(): AsyncIterable<ScopedFunction> {
    for (const row of this.#db.prepare(SELECT).all()) {
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
      this.#db
        .prepare(
          `INSERT INTO function_versions
             (account, region, name, version, revision_id, code_sha256, code_bytes, document)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(scope.accountId, scope.region, latest.name, latest.version, ...versionColumns(latest));
      return true;
    });
  }

  async replaceLatest(scope: Scope, latest: FunctionVersion, expectedRevisionId: string): Promise<boolean> {
    return this.#change(scope, latest.name, () => {
      const { changes } = this.#db
        .prepare(
          `UPDATE function_versions SET revision_id = ?, code_sha256 = ?, code_bytes = ?, document = ?
           WHERE account = ? AND region = ? AND name = ? AND version = ? AND revision_id = ?`,
        )
        .run(
          ...versionColumns(latest),
          scope.accountId,
          scope.region,
          latest.name,
          latest.version,
          expectedRevisionId,
        );
      return changes === 1;
    });
  }

  async replaceShared(scope: Scope, shared: FunctionShared): Promise<boolean> {
    return this.#change(scope, shared.name, () => {
      const { changes } = this.#db
        .prepare("UPDATE functions SET shared = ? WHERE account = ? AND region = ? AND name = ?")
        .run(JSON.stringify(shared), scope.accountId, scope.region, shared.name);
      return changes === 1;
    });
  }

  async delete(scope: Scope, name: string): Promise<boolean> {
    return this.#change(scope, name, () => {
      const key = [scope.accountId, scope.region, name] as const;
      this.#db
        .prepare("DELETE FROM function_versions WHERE account = ? AND region = ? AND name = ?")
        .run(...key);
      return (
        this.#db.prepare("DELETE FROM functions WHERE account = ? AND region = ? AND name = ?").run(...key)
          .changes === 1
      );
    });
  }

  async usage(scope: Scope): Promise<{ functions: number; codeBytes: number; reservedConcurrency: number }> {
    const shared = this.#db
      .prepare(
        `SELECT COUNT(*) AS functions, COALESCE(SUM(shared ->> '$.reservedConcurrency'), 0) AS reserved
         FROM functions WHERE account = ? AND region = ?`,
      )
      .get(scope.accountId, scope.region);
    const code = this.#db
      .prepare(
        "SELECT COALESCE(SUM(code_bytes), 0) AS bytes FROM function_versions WHERE account = ? AND region = ?",
      )
      .get(scope.accountId, scope.region);
    return {
      functions: Number(shared?.["functions"]),
      reservedConcurrency: Number(shared?.["reserved"]),
      codeBytes: Number(code?.["bytes"]),
    };
  }

  async codeInUse(): Promise<Set<string>> {
    const rows = this.#db.prepare("SELECT DISTINCT code_sha256 AS sha FROM function_versions").all();
    return new Set(rows.map((row) => String(row["sha"])));
  }

  async acceptEvent(event: AcceptedEvent): Promise<void> {
    const { payload, ...head } = event;
    this.#insertEvent.run(event.id, JSON.stringify(head), payload);
  }

  async rescheduleEvent(event: AcceptedEvent): Promise<void> {
    const { payload: _unchanged, ...head } = event;
    this.#db.prepare("UPDATE accepted_events SET head = ? WHERE id = ?").run(JSON.stringify(head), event.id);
  }

  async removeEvent(id: string): Promise<void> {
    this.#deleteEvent.run(id);
  }

  async *listEvents(): AsyncIterable<AcceptedEvent> {
    for (const row of this.#db.prepare("SELECT head, payload FROM accepted_events ORDER BY seq").all()) {
      const head = JSON.parse(String(row["head"])) as Omit<AcceptedEvent, "payload">;
      yield { ...head, payload: Buffer.from(row["payload"] as Uint8Array) };
    }
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #change<T>(scope: Scope, name: string, work: () => T): T {
    try {
      return transaction(this.#db, work);
    } finally {
      this.#cache.delete(cacheKey(scope, name));
    }
  }
}

function cacheKey(scope: Scope, name: string): string {
  return `${scope.accountId}/${scope.region}/${name}`;
}

function versionColumns(version: FunctionVersion): [string, string, number, string] {
  return [version.revisionId, version.codeSha256, version.codeBytes, JSON.stringify(version)];
}
