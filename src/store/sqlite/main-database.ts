/** The database of everything but logs: its schema, and how durable a commit is. */
import { DatabaseSync } from "node:sqlite";
import { migrate } from "./migrate.ts";

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
  `CREATE TABLE aliases (
     account TEXT NOT NULL, region TEXT NOT NULL, function TEXT NOT NULL, name TEXT NOT NULL,
     version TEXT NOT NULL, additional_version TEXT, revision_id TEXT NOT NULL, document TEXT NOT NULL,
     PRIMARY KEY (account, region, function, name)
   ) WITHOUT ROWID;`,
  `CREATE TABLE qualifier_settings (
     account TEXT NOT NULL, region TEXT NOT NULL, function TEXT NOT NULL, kind TEXT NOT NULL,
     qualifier TEXT NOT NULL, document TEXT NOT NULL,
     PRIMARY KEY (account, region, function, kind, qualifier)
   ) WITHOUT ROWID;`,
  // A deleted layer version keeps its row: functions go on using it, and its number is not given again.
  `CREATE TABLE layer_versions (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
     code_sha256 TEXT NOT NULL, code_bytes INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
     document TEXT NOT NULL,
     PRIMARY KEY (account, region, name, version)
   ) WITHOUT ROWID;`,
  "CREATE INDEX function_urls ON qualifier_settings (document ->> '$.urlId') WHERE kind = 'url';",
  `CREATE TABLE code_signing_configs (
     account TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL,
     PRIMARY KEY (account, region, id)
   ) WITHOUT ROWID;`,
  // What a version runs became one part of its document; images have no archive here.
  `CREATE TABLE versions_with_images (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
     revision_id TEXT NOT NULL, code_sha256 TEXT, code_bytes INTEGER NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (account, region, name, version)
   ) WITHOUT ROWID;
   INSERT INTO versions_with_images
     SELECT account, region, name, version, revision_id, code_sha256, code_bytes,
       json_set(json_remove(document, '$.codeSha256', '$.codeBytes', '$.unzippedBytes'), '$.code',
         json_object('kind', 'zip', 'sha256', code_sha256, 'bytes', code_bytes,
           'unzippedBytes', document ->> '$.unzippedBytes'))
     FROM function_versions;
   DROP TABLE function_versions;
   ALTER TABLE versions_with_images RENAME TO function_versions;`,
  // For the sums over an account, which would read every document without them.
  `CREATE INDEX version_sizes ON function_versions (account, region, code_bytes);
   CREATE INDEX reservations ON functions (account, region, name, shared ->> '$.reservedConcurrency')
     WHERE shared ->> '$.reservedConcurrency' IS NOT NULL;`,
  `CREATE TABLE event_source_mappings (
     account TEXT NOT NULL, region TEXT NOT NULL, uuid TEXT NOT NULL, document TEXT NOT NULL,
     PRIMARY KEY (account, region, uuid)
   ) WITHOUT ROWID;
   CREATE INDEX mappings_by_function ON event_source_mappings (account, region, document ->> '$.functionName');`,
  `CREATE TABLE stream_checkpoints (
     mapping TEXT NOT NULL, shard TEXT NOT NULL, document TEXT NOT NULL,
     PRIMARY KEY (mapping, shard)
   ) WITHOUT ROWID;`,
];

/** Throws when the file belongs to a newer version. */
export function openMainDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  // FULL: a commit is on disk before it is acknowledged, also through a power cut.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  migrate(db, MIGRATIONS);
  return db;
}
