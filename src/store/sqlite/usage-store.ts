/** UsageStore on the embedded SQLite, in a file of its own. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { USAGE_COUNTS, type UsageLine, type UsageQuery, type UsageStore } from "../usage-store.ts";
import { migrate } from "./migrate.ts";
import { transaction } from "./transaction.ts";

const KEY = ["day", "accountId", "region", "functionName", "version", "architecture"] as const;
const COLUMNS = [...KEY, ...USAGE_COUNTS] as const;

/** Append only: a released entry never changes. */
const MIGRATIONS = [
  `CREATE TABLE usage (
     day TEXT NOT NULL, accountId TEXT NOT NULL, region TEXT NOT NULL, functionName TEXT NOT NULL,
     version TEXT NOT NULL, architecture TEXT NOT NULL,
     requests INTEGER NOT NULL, invocations INTEGER NOT NULL, billedMs INTEGER NOT NULL, initMs INTEGER NOT NULL,
     onDemandMibMs INTEGER NOT NULL, provisionedMibMs INTEGER NOT NULL, provisionMibMs INTEGER NOT NULL,
     storageMibMs INTEGER NOT NULL, streamedBytes INTEGER NOT NULL, restoredMib INTEGER NOT NULL,
     PRIMARY KEY (day, accountId, region, functionName, version, architecture)
   ) WITHOUT ROWID;`,
];

export class SqliteUsageStore implements UsageStore {
  readonly #db: DatabaseSync;
  readonly #add: StatementSync;

  /** Throws when the file belongs to a newer version. */
  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    // NORMAL: a power cut may take the last moments, as of logs; a commit does not hold up what runs.
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    migrate(this.#db, MIGRATIONS);
    const sums = USAGE_COUNTS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ");
    this.#add = this.#db.prepare(
      `INSERT INTO usage (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})
       ON CONFLICT DO UPDATE SET ${sums}`,
    );
  }

  async add(lines: readonly UsageLine[]): Promise<void> {
    transaction(this.#db, () => {
      for (const line of lines) this.#add.run(...COLUMNS.map((name) => line[name]));
    });
  }

  async list({ fromDay, toDay, accountId, region, functionName, limit }: UsageQuery): Promise<UsageLine[]> {
    return this.#db
      .prepare(
        `SELECT * FROM usage WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR accountId = ?3)
           AND (?4 IS NULL OR region = ?4) AND (?5 IS NULL OR functionName = ?5)
         ORDER BY day, accountId, region, functionName, version, architecture LIMIT ?6`,
      )
      .all(fromDay, toDay, accountId ?? null, region ?? null, functionName ?? null, limit)
      .map((row) => ({ ...row }) as unknown as UsageLine);
  }

  async removeBefore(day: string): Promise<void> {
    this.#db.prepare("DELETE FROM usage WHERE day < ?").run(day);
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
