/** The database of metrics and alarms. */
import { DatabaseSync } from "node:sqlite";
import { migrate } from "./migrate.ts";

/** Database pages kept in memory. */
const CACHE_KIB = 8 * 1024;
const WAL_BYTES_MAX = 32 * 1024 * 1024;

/** Append only: a released entry never changes. Times of `metric_values` are minutes since the epoch. */
const MIGRATIONS = [
  `CREATE TABLE series (
     id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, region TEXT NOT NULL,
     namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL, unit TEXT NOT NULL,
     last_minute INTEGER NOT NULL,
     UNIQUE (account, region, namespace, name, dimensions, unit)
   );
   CREATE TABLE metric_values (
     series INTEGER NOT NULL, start INTEGER NOT NULL, span INTEGER NOT NULL,
     count REAL NOT NULL, sum REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL, distribution BLOB,
     PRIMARY KEY (series, start)
   ) WITHOUT ROWID;
   CREATE INDEX values_by_age ON metric_values (span, start);
   CREATE TABLE alarms (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL,
     PRIMARY KEY (account, region, name)
   ) WITHOUT ROWID;
   CREATE TABLE alarm_history (
     id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     time_ms INTEGER NOT NULL, kind TEXT NOT NULL, document TEXT NOT NULL
   );
   CREATE INDEX history_by_time ON alarm_history (account, region, time_ms);`,
];

/** Throws when the file belongs to a newer version. */
export function openMetricDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  // NORMAL: a crash of the server loses nothing that was committed; a power cut may lose the last moments.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;");
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA journal_size_limit = ${WAL_BYTES_MAX};`);
  migrate(db, MIGRATIONS);
  return db;
}
