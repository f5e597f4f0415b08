/** Brings a SQLite file to the newest schema; each step runs once, in order, in a transaction. */
import type { DatabaseSync } from "node:sqlite";

/** Throws when the file was written by a newer version than this one. */
export function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  const done = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (done > migrations.length) {
    throw new Error(`The database has schema ${done}, newer than this version knows (${migrations.length}).`);
  }
  for (const [index, step] of migrations.entries()) {
    if (index < done) continue;
    db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
