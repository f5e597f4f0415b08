/** What every QueueStore must do, whatever it is made of: a suite that takes a factory. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { MessageHead, NewMessage, NewQueue, QueueRecord, QueueStore } from "../src/store/mod.ts";

export interface StoreUnderTest {
  readonly store: QueueStore;
  /** The same data in a new store, as after a restart. The old one is closed. */
  reopen(): Promise<StoreUnderTest>;
  /** Closes it and removes its data. */
  dispose(): Promise<void>;
}

const SCOPE = { accountId: "000000000000", region: "us-east-1" };

function newQueue(name: string, attributes: Record<string, string> = {}): NewQueue {
  return { ...SCOPE, name, createdAtMs: 1, modifiedAtMs: 1, attributes, tags: {} };
}

function message(
  body: string,
  more: Partial<Omit<NewMessage, "head">> & { head?: Partial<MessageHead> } = {},
): NewMessage {
  return { sentAtMs: 1000, body, ...more, head: { id: `id-${body}`, senderId: "me", ...more.head } };
}

export function queueStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a QueueStore`, () => {
    let under: StoreUnderTest;
    let store: QueueStore;
    beforeEach(async () => {
      under = await open();
      store = under.store;
    });
    afterEach(() => under.dispose());

    async function reopen(): Promise<void> {
      under = await under.reopen();
      store = under.store;
    }

    async function create(queueName: string, attributes: Record<string, string> = {}): Promise<QueueRecord> {
      const created = await store.createQueue(newQueue(queueName, attributes), Number.POSITIVE_INFINITY);
      assert.ok(typeof created !== "string", String(created));
      return created;
    }

    async function add(boxId: number, ...messages: NewMessage[]): Promise<number[]> {
      const results = await store.commit(messages.map((each) => ({ kind: "add", boxId, message: each })));
      return results.map((result) => result?.sequence ?? 0);
    }

    async function places(boxId: number, after = 0, limit = 100): Promise<number[]> {
      return (await store.placesAfter(boxId, after, limit)).map(({ sequence }) => sequence);
    }

    it("keeps queues by account, region and name, over a restart", async () => {
      const created = await create("q", { DelaySeconds: "5" });
      assert.equal(await store.createQueue(newQueue("q"), 0), "exists");
      await reopen();
      assert.deepEqual(await store.findQueue(SCOPE, "q"), created);
      assert.equal(await store.findQueue({ ...SCOPE, region: "eu-west-1" }, "q"), undefined);
      assert.equal(await store.findQueue({ ...SCOPE, accountId: "111111111111" }, "q"), undefined);
      const changed = await store.updateQueue(created.id, ({ tags }) => ({
        tags: { ...tags, a: "b" },
        modifiedAtMs: 2,
      }));
      assert.deepEqual(changed, { ...created, tags: { a: "b" }, modifiedAtMs: 2 });
      assert.deepEqual(await store.findQueue(SCOPE, "q"), changed);
      assert.equal(await store.updateQueue(created.id + 1000, () => ({})), undefined);
    });

    it("does not give a deleted queue's name, number or messages again too soon", async () => {
      const before = await create("q");
      await add(before.boxId, message("x"));
      assert.equal(await store.deleteQueue(before.id, 5000), true);
      assert.equal(await store.deleteQueue(before.id, 5000), false);
      assert.equal(await store.findQueue(SCOPE, "q"), undefined);
      await reopen();
      assert.equal(await store.createQueue(newQueue("q"), 4999), "deleted");
      const after = await store.createQueue(newQueue("q"), 5000);
      assert.ok(typeof after !== "string");
      assert.notEqual(after.id, before.id);
      assert.deepEqual(await places(after.boxId), []);
    });

    it("lists queues by name, prefix and dead-letter queue, a page at a time", async () => {
      const RedrivePolicy = '{"deadLetterTargetArn":"arn:dead","maxReceiveCount":1}';
      for (const each of ["b2", "a1", "b1", "b3"]) await create(each, each === "b1" ? {} : { RedrivePolicy });
      const names = async (page: object) =>
        (await store.listQueues(SCOPE, { limit: 10, ...page })).map((queue) => queue.name);
      assert.deepEqual(await names({}), ["a1", "b1", "b2", "b3"]);
      assert.deepEqual(await names({ prefix: "b", limit: 2 }), ["b1", "b2"]);
      assert.deepEqual(await names({ prefix: "b", afterName: "b2" }), ["b3"]);
      assert.deepEqual(await names({ deadLetterArn: "arn:dead", afterName: "a1" }), ["b2", "b3"]);
      const [b2] = await store.listQueues(SCOPE, { prefix: "b2", limit: 1 });
      await store.updateQueue(b2?.id ?? 0, () => ({ attributes: {} }));
      assert.deepEqual(await names({ deadLetterArn: "arn:dead" }), ["a1", "b3"]);
    });

    it("gives messages rising numbers in the order of the writes, and keeps all of them", async () => {
      const { boxId } = await create("q");
      const head = {
        groupId: "g",
        deduplicationId: "d",
        traceHeader: "t",
        attributes: { a: { type: "String", text: "é" }, b: { type: "Binary", base64: "AAE=" } },
      };
      const first = await add(boxId, message("1"), message("2 é🎈", { head }), message("3"));
      assert.deepEqual(
        first,
        first.toSorted((a, b) => a - b),
      );
      const [, second = 0] = first;
      await reopen();
      assert.deepEqual(await store.readMessages(boxId, [second, 999_999]), [
        {
          ...message("2 é🎈", { head }),
          sequence: second,
          dueAtMs: undefined,
          receiveCount: 0,
          firstReceivedAtMs: undefined,
        },
      ]);
      assert.deepEqual(await store.readMessages(boxId + 1, [second]), []);
      const writes = first.map((sequence) => ({ kind: "remove" as const, boxId, sequence }));
      assert.deepEqual(
        (await store.commit([...writes, ...writes])).map((result) => result !== undefined),
        [...[true, true, true], ...[false, false, false]],
      );
      await reopen();
      const [fourth = 0] = await add(boxId, message("4"));
      assert.ok(fourth > (first.at(-1) ?? 0), "no number comes again");
    });

    it("reads the places of a box in pages, those without a delay by number, the others by time", async () => {
      const { boxId } = await create("q");
      const { boxId: other } = await create("other");
      const [a = 0, late = 0, , b = 0, early = 0, c = 0] = [
        ...(await add(boxId, message("a"), message("late", { dueAtMs: 3000 }))),
        ...(await add(other, message("not mine"))),
        ...(await add(
          boxId,
          message("b"),
          message("early", { dueAtMs: 2000 }),
          message("c", { head: { groupId: "g" } }),
        )),
      ];
      assert.deepEqual(await places(boxId), [a, b, c]);
      assert.deepEqual(await places(boxId, a, 1), [b]);
      assert.deepEqual(await store.placesAfter(boxId, b, 1), [{ sequence: c, sentAtMs: 1000, groupId: "g" }]);
      const start = { dueAtMs: 0, sequence: 0 };
      const due = [
        { dueAtMs: 2000, sequence: early },
        { dueAtMs: 3000, sequence: late },
      ];
      assert.deepEqual(await store.duePlaces(boxId, start, Number.POSITIVE_INFINITY, 10), due);
      assert.deepEqual(await store.duePlaces(boxId, start, 2999, 10), due.slice(0, 1));
      assert.deepEqual(await store.duePlaces(boxId, due[0] ?? start, 9999, 10), due.slice(1));
      assert.deepEqual(await store.countMessages(boxId), { undelayed: 3, delayed: 2 });
    });

    it("finds duplicates by key within a queue and a time, also in one commit and when the first is gone", async () => {
      const { id: queueId, boxId } = await create("q");
      const send = async (body: string, key: string, sentAtMs: number, sinceMs: number, queue = queueId) => {
        const deduplication = { queueId: queue, key, sinceMs };
        const [result] = await store.commit([
          { kind: "add", boxId, message: message(body, { sentAtMs }), deduplication },
        ]);
        return result;
      };
      const first = await send("1", "k", 1000, 0);
      await store.commit([{ kind: "remove", boxId, sequence: first?.sequence ?? 0 }]);
      await reopen();
      assert.deepEqual(await send("2", "k", 2000, 999), { ...first, duplicateOf: "id-1" });
      assert.equal((await send("3", "other", 2000, 0))?.duplicateOf, undefined);
      assert.equal((await send("4", "k", 2000, 0, queueId + 1))?.duplicateOf, undefined);
      assert.equal((await send("5", "k", 3000, 1000))?.duplicateOf, undefined, "its time is over");
      assert.equal((await send("6", "k", 3000, 1000))?.duplicateOf, "id-5");
      const deduplication = { queueId, key: "twice", sinceMs: 0 };
      const both = await store.commit(
        ["7", "8"].map((body) => ({ kind: "add" as const, boxId, message: message(body), deduplication })),
      );
      assert.deepEqual(both[1], { ...both[0], duplicateOf: "id-7" });
      assert.equal(await store.removeDeduplications(2500), false);
      assert.equal((await send("9", "other", 4000, 0))?.duplicateOf, undefined);
      assert.equal((await send("10", "k", 4000, 0))?.duplicateOf, "id-5");
    });

    it("moves a message in one step, with what changes, and only once", async () => {
      const { boxId } = await create("q");
      const { boxId: toBoxId } = await create("dead");
      const [sequence = 0] = await add(boxId, message("x", { head: { groupId: "g" } }));
      await store.commit([{ kind: "count", sequence, receiveCount: 3, firstReceivedAtMs: 2000 }]);
      const move = {
        kind: "move" as const,
        boxId,
        sequence,
        toBoxId,
        head: { deadLetterSourceArn: "arn:q" },
      };
      const [moved, again] = await store.commit([move, move]);
      assert.equal(again, undefined);
      assert.equal(moved?.sentAtMs, 1000);
      assert.deepEqual(await places(boxId), []);
      assert.deepEqual(await store.readMessages(toBoxId, [moved.sequence]), [
        {
          ...message("x", { head: { groupId: "g", deadLetterSourceArn: "arn:q" } }),
          sequence: moved.sequence,
          dueAtMs: undefined,
          receiveCount: 0,
          firstReceivedAtMs: undefined,
        },
      ]);
      const back = { ...move, boxId: toBoxId, sequence: moved.sequence, toBoxId: boxId, sentAtMs: 7000 };
      const [returned] = await store.commit([
        { ...back, head: { id: "new", deadLetterSourceArn: undefined } },
      ]);
      const [row] = await store.readMessages(boxId, [returned?.sequence ?? 0]);
      assert.deepEqual(
        [row?.head.id, row?.head.deadLetterSourceArn, row?.sentAtMs],
        ["new", undefined, 7000],
      );
    });

    it("remembers receives", async () => {
      const { boxId } = await create("q");
      const [sequence = 0] = await add(boxId, message("x"));
      await store.commit([{ kind: "count", sequence, receiveCount: 2, firstReceivedAtMs: 1500 }]);
      await reopen();
      const [row] = await store.readMessages(boxId, [sequence]);
      assert.deepEqual([row?.receiveCount, row?.firstReceivedAtMs], [2, 1500]);
    });

    it("commits all or nothing", async () => {
      const { boxId } = await create("q");
      const bad = { kind: "add" as const, boxId, message: message(undefined as unknown as string) };
      await assert.rejects(store.commit([{ kind: "add", boxId, message: message("x") }, bad]));
      assert.deepEqual(await places(boxId), []);
      assert.equal((await add(boxId, message("y"))).length, 1);
    });

    it("removes what was sent before, the moved and the delayed ones too, in bounded steps", async () => {
      const { boxId } = await create("q");
      const { boxId: source } = await create("source");
      const old = await add(boxId, message("1", { sentAtMs: 10 }), message("2", { sentAtMs: 20 }));
      const [delayed = 0] = await add(boxId, message("3", { sentAtMs: 20, dueAtMs: 900 }));
      const [younger = 0] = await add(boxId, message("4", { sentAtMs: 500 }));
      const [there = 0] = await add(source, message("5", { sentAtMs: 15 }));
      const [moved] = await store.commit([
        { kind: "move", boxId: source, sequence: there, toBoxId: boxId, head: {} },
      ]);
      assert.deepEqual(await store.removeSentBefore(boxId, 10, 10), []);
      const first = await store.removeSentBefore(boxId, 100, 2);
      assert.equal(first.length, 2);
      const rest = await store.removeSentBefore(boxId, 100, 10);
      assert.deepEqual(
        [...first, ...rest].toSorted((a, b) => a - b),
        [...old, delayed, moved?.sequence ?? 0].toSorted((a, b) => a - b),
      );
      assert.deepEqual(await places(boxId), [younger]);
    });

    it("gives a purged queue an empty box, and what lay in the old one is gone", async () => {
      const { id, boxId } = await create("q");
      const sequences = await add(boxId, message("x"), message("y", { dueAtMs: 9000 }));
      const replaced = await store.replaceBox(id);
      assert.ok(replaced !== undefined && replaced.boxId !== boxId);
      assert.deepEqual(await store.countMessages(replaced.boxId), { undelayed: 0, delayed: 0 });
      await reopen();
      assert.equal((await store.findQueue(SCOPE, "q"))?.boxId, replaced.boxId);
      const emptied = async () => (await store.readMessages(boxId, sequences)).length === 0;
      for (let look = 0; look < 1000 && !(await emptied()); look++) await new Promise(setImmediate);
      assert.ok(await emptied());
      assert.equal(await store.replaceBox(id + 1000), undefined);
    });

    it("tells when the youngest messages were sent", async () => {
      const { boxId } = await create("q");
      await add(boxId, ...[10, 20, 30, 30].map((sentAtMs) => message("x", { sentAtMs })));
      assert.deepEqual(await store.sendTimesSince(boxId, 10), [20, 30, 30]);
    });

    it("keeps move tasks, newest first, and knows which had not ended", async () => {
      const queue = await create("q");
      const task = (id: string, startedAtMs: number, isRunning: boolean) => ({
        ...{ id, startedAtMs, isRunning },
        queueId: queue.id,
        document: { moved: startedAtMs },
      });
      await store.writeMoveTask(task("a", 1, true));
      await store.writeMoveTask(task("b", 2, true));
      await store.writeMoveTask(task("a", 1, false));
      await reopen();
      const ids = async (limit: number) => (await store.listMoveTasks(queue.id, limit)).map(({ id }) => id);
      assert.deepEqual(await ids(10), ["b", "a"]);
      assert.deepEqual(await ids(1), ["b"]);
      assert.deepEqual(await store.runningMoveTasks(), [{ queue, task: task("b", 2, true) }]);
      await store.deleteQueue(queue.id, 1);
      assert.deepEqual(await store.runningMoveTasks(), []);
    });
  });
}
