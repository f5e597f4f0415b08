/** However long a queue is, PostgreSQL reads no more rows for a step than the step gives out; its own counters tell. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PostgresCluster, whyNoPostgres } from "../../../testkit/postgres.ts";
import { add, makeQueue, message, NOW_MS } from "../contract/messages-kit.ts";
import type { QueueRecord } from "../queue-store.ts";
import { PostgresDatabase } from "./database.ts";
import { PostgresEventStore } from "./event-store.ts";
import { PostgresQueueStore } from "./queue-store.ts";

const SHORT = 300;
const LONG = 20_000;
/** Enough for PostgreSQL to keep its plans. */
const ROUNDS = 12;
/** Of each kind of step. */
const AMOUNT = 3;
/** Rows and index entries read in a round. Most are the page in which the newest messages are looked for. */
const READ_MAX = 1000;

describe("long queues on PostgreSQL", { skip: whyNoPostgres() ?? false }, () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await PostgresCluster.start();
  });
  after(() => cluster.stop());

  it("cost a step no more rows than short ones, though the plans are from when they were short", async () => {
    const url = await cluster.createDatabase();
    const database = await PostgresDatabase.open(url);
    const short = await fill(database, SHORT);
    await database.rows("ANALYZE");
    await use(database, short);
    // Over other connections, so that those of before keep their plans.
    const other = await PostgresDatabase.open(url);
    const long = await fill(other, LONG);
    await other.close();
    await use(database, long);
    // Connections hand their counters over when they end, at the latest.
    await database.close();
    const read = await rowsRead(url);
    assert.ok(read > 2 * ROUNDS * AMOUNT, "the counters count");
    assert.ok(read < 2 * ROUNDS * READ_MAX, `${read} rows in twice ${ROUNDS} rounds`);
  });
});

interface Filled {
  readonly queue: QueueRecord;
  readonly other: QueueRecord;
  /** Messages of each of them. */
  readonly length: number;
  /** The smallest number of a message. */
  readonly first: number;
}

/** Two queues whose messages lie among each other, a tenth of them delayed; deduplication keys and accepted events. */
async function fill(database: PostgresDatabase, length: number): Promise<Filled> {
  const store = new PostgresQueueStore(database);
  const [queue, other] = [await makeQueue(store), await makeQueue(store)];
  const [next] = await database.rows("SELECT nextval('lambkin.message_numbers') AS seq");
  const first = Number(next?.["seq"]) + 1;
  for (const [index, { id, boxId }] of [queue, other].entries()) {
    await database.rows(
      `INSERT INTO lambkin.messages (seq, box, sent_ms, due_ms, is_aside, head, body)
       SELECT n * 2 + $2::bigint, $1, $3::bigint + n, CASE WHEN n % 10 = 0 THEN $3::bigint + n END, n % 10 = 0,
         '{"id":"i","senderId":"s"}', 'body' FROM generate_series(0, $4::integer - 1) AS n`,
      [boxId, first + index, NOW_MS, length],
    );
    await database.rows(
      `INSERT INTO lambkin.deduplications (queue, key, seq, sent_ms, message_id)
       SELECT $1, 'key ' || n, n, $2::bigint + n, 'i' FROM generate_series(0, $3::integer - 1) AS n`,
      [id, NOW_MS, length],
    );
  }
  await database.rows("SELECT setval('lambkin.message_numbers', $1)", [first + length * 2]);
  await database.rows(
    `INSERT INTO lambkin.accepted_events (id, head, payload)
     SELECT $1 || ' ' || n, '{}', 'x' FROM generate_series(0, $2::integer - 1) AS n`,
    [queue.name, length],
  );
  await store.close();
  return { queue, other, length, first };
}

/** Every step of a server's life but the first look at a queue. */
async function use(database: PostgresDatabase, { queue, other, length, first }: Filled): Promise<void> {
  const store = new PostgresQueueStore(database);
  const events = new PostgresEventStore(database);
  const { id: queueId, boxId } = queue;
  let cursor = first + length;
  for (let round = 0; round < ROUNDS; round++) {
    const sequences = (await store.placesAfter(boxId, cursor, AMOUNT * 3)).map(({ sequence }) => sequence);
    cursor = sequences.at(-1) as number;
    const part = (from: number) => sequences.slice(from * AMOUNT, (from + 1) * AMOUNT);
    assert.equal((await store.readMessages(boxId, part(0))).length, AMOUNT);
    const due = { dueAtMs: NOW_MS + length / 2, sequence: 0 };
    assert.equal((await store.duePlaces(boxId, due, Number.POSITIVE_INFINITY, AMOUNT)).length, AMOUNT);
    const sinceMs = NOW_MS + length;
    await store.commit([
      ...part(0).map((sequence) => ({ kind: "remove", boxId, sequence }) as const),
      ...part(1).map(
        (sequence) => ({ kind: "move", boxId, sequence, toBoxId: other.boxId, head: {} }) as const,
      ),
      ...part(2).map(
        (sequence) => ({ kind: "count", sequence, receiveCount: 1, firstReceivedAtMs: 1 }) as const,
      ),
      ...Array.from({ length: AMOUNT }, (_, index) => ({
        ...add(boxId, message("new", { sentAtMs: NOW_MS + 2 * length })),
        deduplication: { queueId, key: `key ${round * AMOUNT + index}`, sinceMs },
      })),
    ]);
    const lately = await store.sendTimesSince(boxId, NOW_MS + 2 * length - 1);
    assert.equal(lately.length, AMOUNT * (round + 1));
    assert.deepEqual(await store.removeSentBefore(boxId, NOW_MS, AMOUNT), []);
    assert.equal((await store.removeSentBefore(boxId, NOW_MS + length / 2, AMOUNT)).length, AMOUNT);
    assert.equal(await store.removeDeduplications(NOW_MS), false);
    const id = `${queue.name} ${round}`;
    assert.equal(String(await events.readPayload(id)), "x");
    await events.commit([{ kind: "remove", id }]);
  }
  await store.close();
}

/** By scans of tables, and entries by scans of indexes, since the database is there. */
async function rowsRead(url: string): Promise<number> {
  const database = await PostgresDatabase.open(url);
  const [row] = await database.rows(
    `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'lambkin')
       + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'lambkin') AS read`,
  );
  await database.close();
  return Number(row?.["read"]);
}
