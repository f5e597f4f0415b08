/** The tables of the PostgreSQL stores. */

/** Append only: a released entry never changes. Texts sort by their bytes (`"C"`), as names do on AWS and in SQLite. */
export const MIGRATIONS = [
  // Documents are text: `jsonb` refuses strings with a NUL in them and would order members anew.
  `CREATE TABLE lambkin.accepted_events (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE,
     head text NOT NULL, payload bytea NOT NULL
   );
   CREATE TABLE lambkin.event_source_mappings (
     account text COLLATE "C" NOT NULL, region text COLLATE "C" NOT NULL, uuid text COLLATE "C" NOT NULL,
     source_arn text, function_name text NOT NULL, qualifier text, document text NOT NULL,
     PRIMARY KEY (account, region, uuid)
   );
   CREATE INDEX mappings_by_function ON lambkin.event_source_mappings (account, region, function_name, uuid);
   CREATE INDEX mappings_by_source ON lambkin.event_source_mappings (account, region, source_arn, uuid)
     WHERE source_arn IS NOT NULL`,
];
