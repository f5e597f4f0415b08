/** The tables of the PostgreSQL stores. */

/** Append only: a released entry never changes. Texts sort by their bytes (`"C"`), as names do on AWS and in SQLite. */
export const MIGRATIONS = [
  // Documents are text: `jsonb` refuses strings with a NUL in them and would order members anew.
  `CREATE TABLE lambkin.accepted_events (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
     head text NOT NULL, payload bytea NOT NULL
   );
   CREATE TABLE lambkin.event_source_mappings (
     account text COLLATE "C" NOT NULL, region text COLLATE "C" NOT NULL, uuid text COLLATE "C" NOT NULL,
     source_arn text, function_name text NOT NULL, qualifier text, document text NOT NULL,
     PRIMARY KEY (account, region, uuid)
   );
   CREATE INDEX mappings_by_function ON lambkin.event_source_mappings (account, region, function_name, uuid);
   CREATE INDEX mappings_by_source ON lambkin.event_source_mappings (account, region, source_arn, uuid)
     WHERE source_arn IS NOT NULL;
   CREATE TABLE lambkin.boxes (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false
   );
   CREATE INDEX deleted_boxes ON lambkin.boxes (id) WHERE is_deleted;
   CREATE TABLE lambkin.queues (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, box bigint NOT NULL,
     account text COLLATE "C" NOT NULL, region text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
     created_ms bigint NOT NULL, modified_ms bigint NOT NULL,
     attributes text NOT NULL, tags text NOT NULL, dead_letter_arn text,
     UNIQUE (account, region, name)
   );
   CREATE INDEX queues_by_dead_letter ON lambkin.queues (account, region, dead_letter_arn, name)
     WHERE dead_letter_arn IS NOT NULL;
   CREATE TABLE lambkin.deleted_queues (
     account text COLLATE "C" NOT NULL, region text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
     deleted_ms bigint NOT NULL,
     PRIMARY KEY (account, region, name)
   );
   CREATE SEQUENCE lambkin.message_numbers;
   CREATE TABLE lambkin.messages (
     seq bigint PRIMARY KEY, box bigint NOT NULL, sent_ms bigint NOT NULL, due_ms bigint,
     receives integer NOT NULL DEFAULT 0, first_received_ms bigint, is_aside boolean NOT NULL,
     group_id text, head text NOT NULL, body text NOT NULL
   );
   CREATE INDEX undelayed_messages ON lambkin.messages (box, seq) WHERE due_ms IS NULL;
   CREATE INDEX delayed_messages ON lambkin.messages (box, due_ms, seq) WHERE due_ms IS NOT NULL;
   CREATE INDEX messages_aside ON lambkin.messages (box, sent_ms) WHERE is_aside;
   CREATE TABLE lambkin.deduplications (
     queue bigint NOT NULL, key text COLLATE "C" NOT NULL, seq bigint NOT NULL, sent_ms bigint NOT NULL,
     message_id text NOT NULL, PRIMARY KEY (queue, key)
   );
   CREATE INDEX deduplications_by_time ON lambkin.deduplications (sent_ms);
   CREATE TABLE lambkin.move_tasks (
     id text COLLATE "C" PRIMARY KEY, queue bigint NOT NULL, started_ms bigint NOT NULL, is_running smallint NOT NULL,
     document text NOT NULL
   );
   CREATE INDEX move_tasks_by_queue ON lambkin.move_tasks (queue, started_ms);
   CREATE INDEX running_move_tasks ON lambkin.move_tasks (id) WHERE is_running = 1`,
  // Rows here live short. By the usual rule, a fifth of a long backlog would have to die before their places are used again.
  `ALTER TABLE lambkin.accepted_events SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
   ALTER TABLE lambkin.messages SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
   ALTER TABLE lambkin.deduplications SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)`,
  `CREATE TABLE lambkin.stream_checkpoints (
     mapping text COLLATE "C" NOT NULL, shard text COLLATE "C" NOT NULL, document text NOT NULL,
     PRIMARY KEY (mapping, shard)
   )`,
];
