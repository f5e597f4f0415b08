/** The tables of the queue database. */

/** Append only: a released entry never changes. */
export const QUEUE_MIGRATIONS = [
  // "Aside" are messages whose age does not show in their number: moved ones and delayed ones.
  // Numbers of boxes and messages never come again (AUTOINCREMENT), also when the newest were deleted.
  `CREATE TABLE boxes (id INTEGER PRIMARY KEY AUTOINCREMENT, is_deleted INTEGER NOT NULL DEFAULT 0);
   CREATE INDEX deleted_boxes ON boxes (id) WHERE is_deleted = 1;
   CREATE TABLE queues (
     id INTEGER PRIMARY KEY AUTOINCREMENT, box INTEGER NOT NULL,
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
     attributes TEXT NOT NULL, tags TEXT NOT NULL, dead_letter_arn TEXT,
     UNIQUE (account, region, name)
   );
   CREATE INDEX queues_by_dead_letter ON queues (account, region, dead_letter_arn, name)
     WHERE dead_letter_arn IS NOT NULL;
   CREATE TABLE deleted_queues (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, deleted_ms INTEGER NOT NULL,
     PRIMARY KEY (account, region, name)
   ) WITHOUT ROWID;
   CREATE TABLE messages (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, box INTEGER NOT NULL, sent_ms INTEGER NOT NULL, due_ms INTEGER,
     receives INTEGER NOT NULL DEFAULT 0, first_received_ms INTEGER, is_aside INTEGER NOT NULL,
     group_id TEXT, head TEXT NOT NULL, body TEXT NOT NULL
   );
   CREATE INDEX undelayed_messages ON messages (box, seq) WHERE due_ms IS NULL;
   CREATE INDEX delayed_messages ON messages (box, due_ms, seq) WHERE due_ms IS NOT NULL;
   CREATE INDEX messages_aside ON messages (box, sent_ms) WHERE is_aside = 1;
   CREATE TABLE deduplications (
     seq INTEGER PRIMARY KEY, queue INTEGER NOT NULL, key TEXT NOT NULL, sent_ms INTEGER NOT NULL,
     message_id TEXT NOT NULL
   );
   CREATE UNIQUE INDEX deduplications_by_key ON deduplications (queue, key);
   CREATE TABLE move_tasks (
     id TEXT PRIMARY KEY, queue INTEGER NOT NULL, started_ms INTEGER NOT NULL, is_running INTEGER NOT NULL,
     document TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX move_tasks_by_queue ON move_tasks (queue, started_ms);`,
];
