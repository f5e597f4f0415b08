/** However long a queue is, PostgreSQL reads no more rows for a step than the step gives out; its own counters tell. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PostgresCluster, whyNoPostgres } from "../../../testkit/postgres.ts";
import { add, makeQueue, message, NOW_MS } from "../contract/messages-kit.ts";
import type { QueueRecord } from "../queue-store.ts";
import { PostgresDatabase } from "./database.ts";
import { PostgresEventStore } from "./event-store.ts";
import { PostgresQueueStore } from "./queue-store.ts";

const BACKLOG = 20_000;
/** Enough for PostgreSQL to stop planning each time anew. */
const ROUNDS = 12;
/** Of each kind of step. */
const AMOUNT = 10;
/** Rows and index entries read in a round: some twenty steps of ten, several times each. A tenth of one queue's length. */
const READ_MAX = 2000;

describe("long queues on PostgreSQL", { skip: whyNoPostgres() ?? false }, () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await PostgresCluster.start();
  });
  after(() => cluster.stop());

  it("cost a step no more rows than short ones", async () => {
    const url = await cluster.createDatabase();
    const queues = await fill(url);
    const read: number[] = [];
    for (const work of [async () => {}, use]) {
      const database = await PostgresDatabase.open(url);
      const store = new PostgresQueueStore(database);
      await work(store, new PostgresEventStore(database), queues);
      await store.close();
      // Connections hand their counters over when they end, at the latest.
      await database.close();
      read.push(await rowsRead(url));
    }
    const [before = 0, after = 0] = read;
    assert.ok(after > before, "the counters count");
    assert.ok(after - before < READ_MAX * ROUNDS, `${after - before} rows in ${ROUNDS} rounds`);
  });
});

/** Two queues whose messages lie among each other, a tenth of them delayed, and as many accepted events. */
async function fill(url: string): Promise<QueueRecord[]> {
  const database = await PostgresDatabase.open(url);
  const store = new PostgresQueueStore(database);
  const queues = [await makeQueue(store), await makeQueue(store)];
  for (const [index, { id, boxId }] of queues.entries()) {
    await database.rows(
      `INSERT INTO lambkin.messages (seq, box, sent_ms, due_ms, is_aside, head, body)
       SELECT n * 2 + $2, $1, $3::bigint + n, CASE WHEN n % 10 = 0 THEN $3::bigint + n END, n % 10 = 0,
         '{"id":"i","senderId":"s"}', 'body' FROM generate_series(1, $4::integer) AS n`,
      [boxId, index, NOW_MS, BACKLOG],
    );
    await database.rows(
      `INSERT INTO lambkin.deduplications (queue, key, seq, sent_ms, message_id)
       SELECT $1, 'key ' || n, n, $2::bigint + n, 'i' FROM generate_series(1, $3::integer) AS n`,
      [id, NOW_MS, BACKLOG],
    );
  }
  await database.rows("SELECT setval('lambkin.message_numbers', $1)", [BACKLOG * 2 + 2]);
  await database.rows(
    `INSERT INTO lambkin.accepted_events (id, head, payload)
     SELECT 'event ' || n, '{}', 'x' FROM generate_series(1, $1::integer) AS n`,
    [BACKLOG],
  );
  await store.close();
  await database.close();
  return queues;
}

/** Every step of a server's life but the first look at a queue. */
async function use(
  store: PostgresQueueStore,
  events: PostgresEventStore,
  queues: readonly QueueRecord[],
): Promise<void> {
  const [queue, other] = queues as [QueueRecord, QueueRecord];
  const { boxId } = queue;
  for (let round = 0; round < ROUNDS; round++) {
    const middle = BACKLOG + round * 100;
    const places = await store.placesAfter(boxId, middle, AMOUNT * 3);
    const sequences = places.map(({ sequence }) => sequence);
    const part = (from: number) => sequences.slice(from * AMOUNT, (from + 1) * AMOUNT);
    assert.equal((await store.readMessages(boxId, part(0))).length, AMOUNT);
    const due = { dueAtMs: NOW_MS + BACKLOG / 2, sequence: 0 };
    assert.equal((await store.duePlaces(boxId, due, Number.POSITIVE_INFINITY, AMOUNT)).length, AMOUNT);
    await store.commit([
      ...part(0).map((sequence) => ({ kind: "remove", boxId, sequence }) as const),
      ...part(1).map(
        (sequence) => ({ kind: "move", boxId, sequence, toBoxId: other.boxId, head: {} }) as const,
      ),
      ...part(2).map(
        (sequence) => ({ kind: "count", sequence, receiveCount: 1, firstReceivedAtMs: 1 }) as const,
      ),
      ...Array.from({ length: AMOUNT }, (_, index) => ({
        ...add(boxId, message("new", { sentAtMs: NOW_MS + 2 * BACKLOG })),
        deduplication: { queueId: queue.id, key: `key ${round * AMOUNT + index}`, sinceMs: NOW_MS + BACKLOG },
      })),
    ]);
    assert.equal((await store.sendTimesSince(boxId, NOW_MS + 2 * BACKLOG - 1)).length, AMOUNT * (round + 1));
    assert.deepEqual(await store.removeSentBefore(boxId, NOW_MS, AMOUNT), []);
    assert.equal((await store.removeSentBefore(boxId, NOW_MS + BACKLOG / 2, AMOUNT)).length, AMOUNT);
    assert.equal(await store.removeDeduplications(NOW_MS), false);
    const id = `event ${BACKLOG - round}`;
    assert.equal(String(await events.readPayload(id)), "x");
    await events.commit([{ kind: "remove", id }]);
  }
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
