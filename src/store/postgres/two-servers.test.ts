/** Two servers on one database, each with a store of its own, do not hurt each other. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { PostgresCluster, whyNoPostgres } from "../../../testkit/postgres.ts";
import { waitFor } from "../../../testkit/wait.ts";
import { add, bodies, makeQueue, message, NOW_MS, sendAll } from "../contract/messages-kit.ts";
import type { QueueWrite } from "../queue-store.ts";
import { PostgresDatabase } from "./database.ts";
import { PostgresEventStore } from "./event-store.ts";
import { migrate } from "./migrate.ts";
import { PostgresQueueStore } from "./queue-store.ts";
import { MIGRATIONS } from "./schema.ts";

const COMMITS = 60;

describe("two servers on one PostgreSQL database", { skip: whyNoPostgres() ?? false }, () => {
  let cluster: PostgresCluster;
  let databases: PostgresDatabase[] = [];
  let stores: [PostgresQueueStore, PostgresQueueStore];

  before(async () => {
    cluster = await PostgresCluster.start();
  });
  after(async () => {
    await close();
    await cluster.stop();
  });
  beforeEach(async () => {
    await close();
    const url = await cluster.createDatabase();
    databases = await Promise.all([PostgresDatabase.open(url), PostgresDatabase.open(url)]);
    const [one, other] = databases as [PostgresDatabase, PostgresDatabase];
    stores = [new PostgresQueueStore(one), new PostgresQueueStore(other)];
  });

  async function close(): Promise<void> {
    if (databases.length === 0) return;
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all(databases.map((database) => database.close()));
    databases = [];
  }

  it("migrate once, though both start at the same time on an empty database", async () => {
    const url = await cluster.createDatabase();
    const together = await Promise.all(Array.from({ length: 5 }, () => PostgresDatabase.open(url)));
    const steps = await together[0]?.rows("SELECT step FROM lambkin.migrations ORDER BY step");
    assert.deepEqual(
      steps?.map((row) => Number(row["step"])),
      MIGRATIONS.map((_, index) => index + 1),
    );
    await Promise.all(together.map((database) => database.close()));
  });

  it("refuse a database of a newer version, and bring one of an older version up", async () => {
    const [database] = databases as [PostgresDatabase];
    await assert.rejects(migrate(database, MIGRATIONS.slice(0, -1)), /newer than this version knows/);
    await migrate(database, [...MIGRATIONS, "CREATE TABLE lambkin.later (one integer)"]);
    assert.deepEqual(await database.rows("SELECT one FROM lambkin.later"), []);
    await assert.rejects(migrate(database, [...MIGRATIONS, "one", "CREATE nonsense"]));
    await assert.rejects(migrate(database), /newer than this version knows/);
  });

  it("never show a message with a smaller number than one that was seen before", async () => {
    const { boxId } = await makeQueue(stores[0]);
    const seen: number[] = [];
    let areWriting = true;
    const read = async (): Promise<void> => {
      for (let isLast = false; !isLast; ) {
        isLast = !areWriting;
        const page = await stores[0].placesAfter(boxId, seen.at(-1) ?? 0, 1000);
        seen.push(...page.map(({ sequence }) => sequence));
      }
    };
    const reading = read();
    const given = await Promise.all(
      stores.map(async (store) => {
        const sequences: number[] = [];
        for (let commit = 0; commit < COMMITS; commit++) {
          sequences.push(...(await sendAll(store, boxId, [message("a"), message("b"), message("c")])));
        }
        return sequences;
      }),
    );
    areWriting = false;
    await reading;
    assert.deepEqual(
      seen,
      given.flat().sort((a, b) => a - b),
    );
  });

  it("add one message of a deduplication key that both have", async () => {
    const queue = await makeQueue(stores[0]);
    const keyed = (key: string, body: string): QueueWrite => ({
      ...add(queue.boxId, message(body)),
      deduplication: { queueId: queue.id, key, sinceMs: NOW_MS - 1 },
    });
    for (let round = 0; round < 20; round++) {
      // The keys in opposite orders: each waits for what the other has.
      const keys = [`${round} a`, `${round} b`, `${round} c`];
      const answers = await Promise.all([
        stores[0].commit(keys.map((key) => keyed(key, "one"))),
        stores[1].commit(keys.toReversed().map((key) => keyed(key, "other"))),
      ]);
      const added = answers.flat().filter((result) => result?.duplicateOf === undefined);
      assert.equal(added.length, keys.length);
    }
    assert.equal((await bodies(stores[0], queue.boxId)).length, 60);
  });

  it("give a message that both take to one of them", async () => {
    const [queue, dead] = [await makeQueue(stores[0]), await makeQueue(stores[0])];
    const messages = Array.from({ length: 100 }, (_, index) => message(`${index}`));
    const sequences = await sendAll(stores[0], queue.boxId, messages);
    const takes = (order: readonly number[]): QueueWrite[] =>
      order.map((sequence) =>
        sequence % 2 === 0
          ? { kind: "remove", boxId: queue.boxId, sequence }
          : { kind: "move", boxId: queue.boxId, sequence, toBoxId: dead.boxId, head: {} },
      );
    const [one, other] = await Promise.all([
      stores[0].commit(takes(sequences)),
      stores[1].commit(takes(sequences.toReversed())),
    ]);
    const took = one.map((result, place) => [result, other[sequences.length - 1 - place]]);
    assert.ok(took.every((pair) => pair.filter((result) => result !== undefined).length === 1));
    assert.deepEqual(await bodies(stores[1], queue.boxId), []);
    assert.equal((await bodies(stores[1], dead.boxId)).length, 50);
  });

  it("leave nothing behind in the boxes that one of them replaces while the other sends", async () => {
    const queue = await makeQueue(stores[0]);
    let isDone = false;
    const send = async (): Promise<void> => {
      for (let boxId = queue.boxId; !isDone; ) {
        await stores[1].commit([add(boxId, message("sent"))]);
        boxId = (await stores[1].findQueue(queue, queue.name))?.boxId as number;
      }
    };
    const sending = send();
    let boxId = queue.boxId;
    for (let round = 0; round < 30; round++) boxId = (await stores[0].replaceBox(queue.id))?.boxId as number;
    isDone = true;
    await sending;
    const [database] = databases as [PostgresDatabase];
    const strays = "SELECT count(*)::integer AS count FROM lambkin.messages WHERE box <> $1";
    await waitFor("the old boxes to be empty", async () =>
      (await database.rows(strays, [boxId]))[0]?.["count"] === 0 ? true : undefined,
    );
  });

  it("keep the accepted events of both, each in its order", async () => {
    const events = databases.map((database) => new PostgresEventStore(database));
    const scope = { accountId: "000000000000", region: "us-east-1" };
    await Promise.all(
      events.map(async (store, server) => {
        for (let index = 0; index < COMMITS; index++) {
          const head = {
            ...{ id: `${server}/${index}`, scope, functionName: "f", qualifier: undefined, payloadBytes: 0 },
            ...{ clientContext: undefined, traceId: undefined, acceptedAtMs: NOW_MS, failedAttempts: 0 },
            notBeforeMs: NOW_MS,
          };
          await store.commit([{ kind: "accept", head, payload: Buffer.from("{}") }]);
        }
      }),
    );
    const ids: string[] = [];
    for await (const { id } of (events[0] as PostgresEventStore).listHeads()) ids.push(id);
    for (const server of [0, 1]) {
      const own = ids.filter((id) => id.startsWith(`${server}/`));
      assert.deepEqual(
        own,
        Array.from({ length: COMMITS }, (_, index) => `${server}/${index}`),
      );
    }
  });
});
