/** PostgreSQL is killed in the middle of commits: whatever resolved before is there afterwards, and nothing by halves. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PostgresCluster, whyNoPostgres } from "../../../testkit/postgres.ts";
import { waitFor } from "../../../testkit/wait.ts";
import { bodies, makeQueue, message, NOW_MS, sendAll } from "../contract/messages-kit.ts";
import { collect } from "../contract/opened.ts";
import { PostgresDatabase } from "./database.ts";
import { PostgresEventStore } from "./event-store.ts";
import { PostgresQueueStore } from "./queue-store.ts";

const KILLS = 3;
/** Commits of each store before each kill, at least. */
const COMMITS = 30;
const BATCH = 10;

describe("a PostgreSQL that is killed", { skip: whyNoPostgres() ?? false }, () => {
  let cluster: PostgresCluster;
  let database: PostgresDatabase;
  before(async () => {
    cluster = await PostgresCluster.start({ isDurable: true });
    database = await PostgresDatabase.open(await cluster.createDatabase());
  });
  after(async () => {
    await database.close();
    await cluster.stop();
  });

  it("has every commit that resolved, whole, and the store goes on over new connections", async () => {
    const queues = new PostgresQueueStore(database);
    const events = new PostgresEventStore(database);
    const queue = await makeQueue(queues);
    const kept = { batches: new Set<string>(), events: new Set<string>() };
    for (let kill = 0; kill < KILLS; kill++) {
      const target = (kill + 1) * COMMITS;
      const sending = untilRefused(async (index) => {
        const batch = `${kill}/${index}`;
        const messages = Array.from({ length: BATCH }, (_, place) => message(`${batch}/${place}`));
        await sendAll(queues, queue.boxId, messages);
        kept.batches.add(batch);
      });
      const accepting = untilRefused(async (index) => {
        const id = `${kill}/${index}`;
        await events.commit([{ kind: "accept", head: head(id), payload: Buffer.from(id) }]);
        kept.events.add(id);
      });
      await waitFor("commits enough", () =>
        kept.batches.size >= target && kept.events.size >= target ? true : undefined,
      );
      await cluster.kill();
      await Promise.all([sending, accepting]);
      await cluster.restart();

      const found = Map.groupBy(await bodies(queues, queue.boxId), (body) => body.replace(/\/\d+$/, ""));
      for (const [batch, messages] of found) assert.equal(messages.length, BATCH, `all or nothing: ${batch}`);
      // The one commit that was on its way may be there or not.
      assertHolds([...found.keys()], kept.batches, kill + 1);
      const listed = (await collect(events.listHeads())).map(({ id }) => id);
      assertHolds(listed, kept.events, kill + 1);
      for (const id of listed.slice(-3)) assert.equal(String(await events.readPayload(id)), id);
    }
    await queues.close();
  });
});

async function untilRefused(commit: (index: number) => Promise<void>): Promise<void> {
  for (let index = 0; ; index++) {
    try {
      await commit(index);
    } catch {
      return;
    }
  }
}

function assertHolds(found: readonly string[], kept: ReadonlySet<string>, unsureMax: number): void {
  const there = new Set(found);
  assert.equal(there.size, found.length, "nothing twice");
  assert.deepEqual(
    [...kept].filter((one) => !there.has(one)),
    [],
    "every commit that resolved",
  );
  assert.ok(there.size <= kept.size + unsureMax, `${there.size} of ${kept.size}`);
}

function head(id: string) {
  return {
    ...{ id, scope: { accountId: "000000000000", region: "us-east-1" }, functionName: "f" },
    ...{ qualifier: undefined, clientContext: undefined, traceId: undefined, payloadBytes: 0 },
    ...{ acceptedAtMs: NOW_MS, failedAttempts: 0, notBeforeMs: NOW_MS },
  };
}
