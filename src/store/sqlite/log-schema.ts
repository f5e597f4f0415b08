/** The tables of the log database, and how its rows become records. */
import type { LogGroupRecord, LogStreamRecord } from "../log-store.ts";

/** Append only: a released entry never changes. */
export const LOG_MIGRATIONS = [
  `CREATE TABLE groups (
     id INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     created_ms INTEGER NOT NULL, retention_days INTEGER, kms_key_id TEXT, class TEXT NOT NULL,
     tags TEXT NOT NULL, stored_bytes INTEGER NOT NULL DEFAULT 0, UNIQUE (account, region, name)
   );
   CREATE TABLE streams (
     id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL,
     first_ms INTEGER, last_ms INTEGER, last_ingestion_ms INTEGER, UNIQUE (group_id, name)
   );
   CREATE TABLE events (
     id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, stream_id INTEGER NOT NULL,
     time_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL, message TEXT NOT NULL
   );
   CREATE INDEX events_by_group ON events (group_id, time_ms);
   CREATE INDEX events_by_stream ON events (stream_id, time_ms);`,
  // AUTOINCREMENT: the events of a deleted group outlive its row for a while, so its number must never come again.
  `ALTER TABLE groups RENAME TO groups_1;
   CREATE TABLE groups (
     id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     created_ms INTEGER NOT NULL, retention_days INTEGER, kms_key_id TEXT, class TEXT NOT NULL,
     tags TEXT NOT NULL, stored_bytes INTEGER NOT NULL DEFAULT 0, protected INTEGER NOT NULL DEFAULT 0,
     UNIQUE (account, region, name)
   );
   INSERT INTO groups (id, account, region, name, created_ms, retention_days, kms_key_id, class, tags, stored_bytes)
     SELECT id, account, region, name, created_ms, retention_days, kms_key_id, class, tags, stored_bytes FROM groups_1;
   DROP TABLE groups_1;
   ALTER TABLE streams RENAME TO streams_1;
   CREATE TABLE streams (
     id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, name TEXT NOT NULL,
     created_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL DEFAULT 0, last_ms INTEGER NOT NULL DEFAULT 0,
     last_ingestion_ms INTEGER, UNIQUE (group_id, name)
   );
   INSERT INTO streams (id, group_id, name, created_ms, first_ms, last_ms, last_ingestion_ms)
     SELECT id, group_id, name, created_ms, COALESCE(first_ms, 0), COALESCE(last_ms, 0), last_ingestion_ms
     FROM streams_1;
   DROP TABLE streams_1;
   CREATE INDEX streams_by_last_event ON streams (group_id, last_ms, name);
   CREATE TABLE deleted (kind TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;`,
  `CREATE TABLE filters (
     group_id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL,
     pattern TEXT NOT NULL, settings TEXT NOT NULL, PRIMARY KEY (group_id, kind, name)
   ) WITHOUT ROWID;`,
];

export type Row = Record<string, unknown>;

export function groupRecord(row: Row): LogGroupRecord {
  return {
    name: String(row["name"]),
    createdAtMs: Number(row["created_ms"]),
    retentionDays: row["retention_days"] === null ? undefined : Number(row["retention_days"]),
    storedBytes: Number(row["stored_bytes"]),
    kmsKeyId: row["kms_key_id"] === null ? undefined : String(row["kms_key_id"]),
    logGroupClass: String(row["class"]),
    tags: JSON.parse(String(row["tags"])) as Record<string, string>,
    isDeletionProtected: row["protected"] === 1,
  };
}

export function streamRecord(row: Row): LogStreamRecord {
  const hasEvents = row["last_ingestion_ms"] !== null;
  return {
    name: String(row["name"]),
    createdAtMs: Number(row["created_ms"]),
    firstEventMs: hasEvents ? Number(row["first_ms"]) : undefined,
    lastEventMs: hasEvents ? Number(row["last_ms"]) : undefined,
    lastIngestionMs: hasEvents ? Number(row["last_ingestion_ms"]) : undefined,
  };
}
