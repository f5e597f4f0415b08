/** What every QueueStore must do with queues and move tasks, as tests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MoveTaskRecord, NewQueue, QueueRecord, QueueStore } from "../queue-store.ts";
import { byBytes, type Open, withStore } from "./opened.ts";

const HERE = { accountId: "000000000000", region: "us-east-1" };
const ELSEWHERE = { accountId: "000000000000", region: "eu-west-1" };
const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

export function queuesContract(name: string, open: Open<QueueStore>): void {
  describe(`${name}: queues`, () => {
    it("keeps a queue with everything that is said of it", () =>
      withStore(open, async (store, { reopen }) => {
        const wanted = queue("jobs.fifo", { attributes: { FifoQueue: "true" }, tags: { team: "ü", "": "" } });
        const made = await create(store, wanted);
        assert.deepEqual(made, { ...wanted, id: made.id, boxId: made.boxId });
        const later = await reopen();
        assert.deepEqual(await later.findQueue(HERE, "jobs.fifo"), made);
        assert.equal(await later.findQueue(ELSEWHERE, "jobs.fifo"), undefined);
      }));

    it("makes one queue of a name, however many ask for it at once", () =>
      withStore(open, async (store) => {
        const answers = await Promise.all(Array.from({ length: 10 }, () => store.createQueue(queue("q"), 0)));
        assert.equal(answers.filter((answer) => answer === "exists").length, 9);
        assert.equal(typeof (await store.createQueue(queue("q", ELSEWHERE), 0)), "object");
        assert.equal(typeof (await store.createQueue(queue("Q"), 0)), "object");
      }));

    it("says that a name was in use until lately", () =>
      withStore(open, async (store, { reopen }) => {
        const { id } = await create(store, queue("q"));
        assert.equal(await store.deleteQueue(id, NOW_MS), true);
        assert.equal(await store.deleteQueue(id, NOW_MS), false);
        assert.equal(await store.findQueue(HERE, "q"), undefined);
        const later = await reopen();
        assert.equal(await later.createQueue(queue("q"), NOW_MS - 1), "deleted");
        assert.equal(await later.findQueue(HERE, "q"), undefined);
        assert.equal(typeof (await later.createQueue(queue("q", ELSEWHERE), NOW_MS - 1)), "object");
        const again = await later.createQueue(queue("q"), NOW_MS);
        assert.ok(typeof again === "object");
        assert.ok(again.id > id, "numbers do not come again");
      }));

    it("remembers the last of several deletions", () =>
      withStore(open, async (store) => {
        for (const deletedMs of [NOW_MS, NOW_MS + 5 * MINUTE_MS]) {
          const { id } = await create(store, queue("q"), deletedMs);
          await store.deleteQueue(id, deletedMs);
        }
        assert.equal(await store.createQueue(queue("q"), NOW_MS + MINUTE_MS), "deleted");
      }));

    it("changes a queue in one step, so that no change of many is lost", () =>
      withStore(open, async (store) => {
        const { id, boxId } = await create(store, queue("q"));
        const add = (index: number) => (before: QueueRecord) => ({
          tags: { ...before.tags, [`t${index}`]: "x" },
        });
        await Promise.all(Array.from({ length: 12 }, (_, index) => store.updateQueue(id, add(index))));
        const changed = await store.updateQueue(id, () => ({
          attributes: { DelaySeconds: "5" },
          modifiedAtMs: 7,
        }));
        assert.deepEqual(changed, await store.findQueue(HERE, "q"));
        assert.equal(Object.keys(changed?.tags ?? {}).length, 12);
        assert.deepEqual(
          [changed?.attributes, changed?.modifiedAtMs, changed?.boxId],
          [{ DelaySeconds: "5" }, 7, boxId],
        );
        assert.equal(await store.updateQueue(id + 1000, () => ({})), undefined);
      }));

    it("changes nothing where the change throws, and goes on", () =>
      withStore(open, async (store) => {
        const made = await create(store, queue("q"));
        const refuse = (): never => {
          throw new Error("no");
        };
        await assert.rejects(store.updateQueue(made.id, refuse), /^Error: no$/);
        assert.deepEqual(await store.findQueue(HERE, "q"), made);
        assert.deepEqual((await store.updateQueue(made.id, () => ({ tags: { a: "b" } })))?.tags, { a: "b" });
      }));

    it("lists by bytes of the name, page by page, from a prefix", () =>
      withStore(open, async (store) => {
        const names = ["a", "B", "a-1", "a_1", "aB", "ab", "ab.fifo", "Z", "0", "a0", "b"];
        for (const one of names) await create(store, queue(one));
        await create(store, queue("abroad", ELSEWHERE));
        const all = names.toSorted(byBytes);
        assert.deepEqual(await pages(store, undefined, 3), all);
        assert.deepEqual(
          await pages(store, "a", 2),
          all.filter((one) => one.startsWith("a")),
        );
        assert.deepEqual(await pages(store, "ab", 10), ["ab", "ab.fifo"]);
        assert.deepEqual(await pages(store, "nothing", 10), []);
      }));

    it("finds nothing under names with a NUL, and goes on after one", () =>
      withStore(open, async (store) => {
        for (const one of ["a", "b"]) await create(store, queue(one));
        assert.equal(await store.findQueue(HERE, "a\0"), undefined);
        assert.equal(await store.findQueue({ ...HERE, accountId: "\0" }, "a"), undefined);
        assert.deepEqual(await pages(store, "a\0", 10), []);
        assert.deepEqual(await store.listQueues(HERE, { deadLetterArn: "\0", limit: 10 }), []);
        const after = await store.listQueues(HERE, { afterName: "a\0", limit: 10 });
        assert.deepEqual(
          after.map(({ name }) => name),
          ["b"],
        );
      }));

    it("finds queues by the dead-letter queue that they name now", () =>
      withStore(open, async (store) => {
        const policy = (arn: string) => ({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn }) });
        for (const one of ["c", "a", "b"])
          await create(store, queue(one, { attributes: policy("arn:dead") }));
        const other = await create(store, queue("d", { attributes: policy("arn:other") }));
        await create(store, queue("e", { attributes: { RedrivePolicy: "not JSON" } }));
        const sources = async (deadLetterArn: string, afterName?: string) =>
          (await store.listQueues(HERE, { deadLetterArn, afterName, limit: 2 })).map(({ name: one }) => one);
        assert.deepEqual(await sources("arn:dead"), ["a", "b"]);
        assert.deepEqual(await sources("arn:dead", "b"), ["c"]);
        await store.updateQueue(other.id, () => ({ attributes: policy("arn:dead") }));
        assert.deepEqual(await sources("arn:dead", "b"), ["c", "d"]);
        assert.deepEqual(await sources("arn:other"), []);
      }));

    it("gives a queue an empty box that nobody had before", () =>
      withStore(open, async (store) => {
        const first = await create(store, queue("q"));
        const second = await store.replaceBox(first.id);
        assert.deepEqual(second, { ...first, boxId: second?.boxId });
        const third = await store.replaceBox(first.id);
        assert.equal(new Set([first.boxId, second?.boxId, third?.boxId]).size, 3);
        assert.deepEqual(await store.findQueue(HERE, "q"), third);
        assert.equal(await store.replaceBox(first.id + 1000), undefined);
      }));
  });

  describe(`${name}: move tasks`, () => {
    it("keeps them, newest first, and forgets them with their queue", () =>
      withStore(open, async (store, { reopen }) => {
        const { id: queueId } = await create(store, queue("q"));
        const { id: otherId } = await create(store, queue("other"));
        const tasks = [3, 1, 2].map((age) => task(`t${age}`, queueId, NOW_MS - age));
        for (const one of tasks) await store.writeMoveTask(one);
        await store.writeMoveTask(task("elsewhere", otherId, NOW_MS));
        const later = await reopen();
        const listed = await later.listMoveTasks(queueId, 2);
        assert.deepEqual(listed, [tasks[1], tasks[2]]);
        await later.deleteQueue(queueId, NOW_MS);
        assert.deepEqual(await later.listMoveTasks(queueId, 10), []);
        assert.equal((await later.listMoveTasks(otherId, 10)).length, 1);
      }));

    it("gives tasks of the same moment by bytes of the id", () =>
      withStore(open, async (store) => {
        const { id: queueId } = await create(store, queue("q"));
        const ids = ["a", "B", "-", "0", "Z"];
        for (const id of ids) await store.writeMoveTask(task(id, queueId, NOW_MS));
        const listed = await store.listMoveTasks(queueId, 10);
        assert.deepEqual(
          listed.map(({ id }) => id),
          ids.toSorted(byBytes),
        );
      }));

    it("gives those that had not ended with their queues", () =>
      withStore(open, async (store) => {
        const made = await create(store, queue("q"));
        const running = task("a", made.id, NOW_MS);
        await store.writeMoveTask(running);
        await store.writeMoveTask(task("b", made.id, NOW_MS));
        await store.writeMoveTask({
          ...task("b", made.id, NOW_MS),
          isRunning: false,
          document: { moved: 9 },
        });
        await store.writeMoveTask(task("c", made.id + 1000, NOW_MS));
        assert.deepEqual(await store.runningMoveTasks(), [{ queue: made, task: running }]);
        const [, ended] = await store.listMoveTasks(made.id, 10);
        assert.deepEqual(ended?.document, { moved: 9 });
      }));
  });
}

async function pages(store: QueueStore, prefix: string | undefined, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const page = await store.listQueues(HERE, { prefix, afterName: found.at(-1), limit });
    found.push(...page.map(({ name }) => name));
    if (page.length < limit) return found;
  }
}

async function create(store: QueueStore, wanted: NewQueue, notDeletedSinceMs = 0): Promise<QueueRecord> {
  const made = await store.createQueue(wanted, notDeletedSinceMs);
  assert.ok(typeof made === "object", String(made));
  return made;
}

function queue(name: string, more: Partial<NewQueue> = {}): NewQueue {
  const times = { createdAtMs: NOW_MS, modifiedAtMs: NOW_MS };
  return { ...HERE, name, ...times, attributes: {}, tags: {}, ...more };
}

function task(id: string, queueId: number, startedAtMs: number): MoveTaskRecord {
  return { id, queueId, startedAtMs, isRunning: true, document: { status: "RUNNING", moved: 0 } };
}
