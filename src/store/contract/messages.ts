/** What every QueueStore must do with messages, as tests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitFor } from "../../../testkit/wait.ts";
import type { QueueStore } from "../queue-store.ts";
import { add, bodies, makeQueue, message, NOW_MS, places, sendAll } from "./messages-kit.ts";
import { type Open, withStore } from "./opened.ts";

/** More than any store removes at once. */
const MANY = 2500;

export function messagesContract(name: string, open: Open<QueueStore>): void {
  describe(`${name}: messages`, () => {
    it("keeps a message with everything that is said of it", () =>
      withStore(open, async (store, { reopen }) => {
        const { boxId } = await makeQueue(store);
        const whole = message("body 😀\t\r\n\uFFFD", {
          dueAtMs: NOW_MS + 5000,
          head: {
            id: "the-id",
            senderId: "AIDA",
            groupId: "g",
            deduplicationId: "d",
            attributes: {
              text: { type: "String", text: 'NUL "\u0000"' },
              bytes: { type: "Binary", base64: "AAE=" },
            },
            traceHeader: "Root=1",
            deadLetterSourceArn: "arn:aws:sqs:us-east-1:000000000000:source",
          },
        });
        const [added] = await store.commit([add(boxId, whole)]);
        const sequence = added?.sequence as number;
        assert.deepEqual(added, { sequence, sentAtMs: NOW_MS });
        const later = await reopen();
        const [read] = await later.readMessages(boxId, [sequence]);
        assert.deepEqual(read, { ...whole, sequence, receiveCount: 0, firstReceivedAtMs: undefined });
      }));

    it("keeps the largest bodies, and empty ones", () =>
      withStore(open, async (store) => {
        const { boxId } = await makeQueue(store);
        const large = "😀".repeat(256 * 1024);
        const sequences = await sendAll(store, boxId, [message(large), message("")]);
        const read = await store.readMessages(boxId, sequences);
        assert.deepEqual(new Set(read.map(({ body }) => body)), new Set([large, ""]));
      }));

    it("reads only what is asked for, and only in its box", () =>
      withStore(open, async (store) => {
        const [one, other] = [await makeQueue(store), await makeQueue(store)];
        const sequences = await sendAll(
          store,
          one.boxId,
          ["a", "b", "c"].map((body) => message(body)),
        );
        const [first = 0, , third = 0] = sequences;
        const read = await store.readMessages(one.boxId, [third, first, first + 100_000]);
        assert.deepEqual(read.map(({ body }) => body).sort(), ["a", "c"]);
        assert.deepEqual(await store.readMessages(other.boxId, sequences), []);
        assert.deepEqual(await store.readMessages(one.boxId, []), []);
      }));

    it("numbers messages upward in the order given, over all boxes and commits", () =>
      withStore(open, async (store, { reopen }) => {
        const [one, other] = [await makeQueue(store), await makeQueue(store)];
        const boxOf = (index: number) => (index % 3 === 0 ? other.boxId : one.boxId);
        const send = (to: QueueStore, from: number) =>
          to.commit(Array.from({ length: 100 }, (_, index) => add(boxOf(index), message(`${from + index}`))));
        const before = await Promise.all([send(store, 0), send(store, 100)]);
        const later = await reopen();
        const after = await send(later, 200);
        const sequences = [...before.flat(), ...after].map((result) => result?.sequence as number);
        assert.deepEqual(
          sequences,
          sequences.toSorted((a, b) => a - b),
        );
        assert.equal(new Set(sequences).size, 300);
        const left = sequences.filter((_, index) => boxOf(index % 100) === one.boxId);
        assert.deepEqual(
          (await later.placesAfter(one.boxId, 0, 1000)).map(({ sequence }) => sequence),
          left,
        );
      }));

    it("gives places by number: strictly after one, at most as many as asked for", () =>
      withStore(open, async (store) => {
        const { boxId } = await makeQueue(store);
        const sequences = await sendAll(
          store,
          boxId,
          [0, 1, 2, 3, 4].map((index) =>
            message(`${index}`, {
              sentAtMs: NOW_MS - index,
              head: { id: `${index}`, senderId: "s", ...(index % 2 === 0 ? { groupId: "even" } : {}) },
            }),
          ),
        );
        const all = await store.placesAfter(boxId, 0, 10);
        assert.deepEqual(
          all,
          sequences.map((sequence, index) => ({
            sequence,
            sentAtMs: NOW_MS - index,
            groupId: index % 2 === 0 ? "even" : undefined,
          })),
        );
        assert.deepEqual(await store.placesAfter(boxId, sequences[1] as number, 2), all.slice(2, 4));
        assert.deepEqual(await store.placesAfter(boxId, sequences[4] as number, 10), []);
      }));

    it("gives delayed messages by the time they are due, then by number", () =>
      withStore(open, async (store) => {
        const { boxId } = await makeQueue(store);
        const due = [30, 10, 20, 10, 40].map((seconds) => NOW_MS + seconds);
        const sequences = await sendAll(
          store,
          boxId,
          due.map((dueAtMs) => message("late", { dueAtMs })),
        );
        await sendAll(store, boxId, [message("at once")]);
        const wanted = [1, 3, 2, 0, 4].map((index) => ({ dueAtMs: due[index], sequence: sequences[index] }));
        const start = { dueAtMs: 0, sequence: 0 };
        assert.deepEqual(await store.duePlaces(boxId, start, Number.POSITIVE_INFINITY, 10), wanted);
        assert.deepEqual(await store.duePlaces(boxId, start, NOW_MS + 20, 10), wanted.slice(0, 3));
        assert.deepEqual(
          await store.duePlaces(boxId, start, Number.POSITIVE_INFINITY, 2),
          wanted.slice(0, 2),
        );
        const first = { dueAtMs: NOW_MS + 10, sequence: sequences[1] as number };
        assert.deepEqual(await store.duePlaces(boxId, first, NOW_MS + 20, 10), wanted.slice(1, 3));
        assert.equal((await store.placesAfter(boxId, 0, 10)).length, 1);
        assert.deepEqual(await store.countMessages(boxId), { undelayed: 1, delayed: 5 });
      }));

    it("removes a message once, and only from its box", () =>
      withStore(open, async (store) => {
        const [one, other] = [await makeQueue(store), await makeQueue(store)];
        const [sequence = 0] = await sendAll(store, one.boxId, [message("a")]);
        const remove = (boxId: number) => ({ kind: "remove" as const, boxId, sequence });
        const results = await store.commit([remove(other.boxId), remove(one.boxId), remove(one.boxId)]);
        assert.deepEqual(results, [undefined, { sequence, sentAtMs: 0 }, undefined]);
        assert.deepEqual(await store.commit([remove(one.boxId)]), [undefined]);
        assert.deepEqual(await bodies(store, one.boxId), []);
      }));

    it("counts receives; the last of several holds", () =>
      withStore(open, async (store, { reopen }) => {
        const { boxId } = await makeQueue(store);
        const [sequence = 0] = await sendAll(store, boxId, [message("a")]);
        const count = (receiveCount: number) =>
          ({ kind: "count", sequence, receiveCount, firstReceivedAtMs: NOW_MS + 1 }) as const;
        const nobody = { ...count(9), sequence: sequence + 1000 };
        assert.deepEqual(await store.commit([count(1), nobody, count(2)]), [undefined, undefined, undefined]);
        const [read] = await (await reopen()).readMessages(boxId, [sequence]);
        assert.equal(read?.receiveCount, 2);
        assert.equal(read?.firstReceivedAtMs, NOW_MS + 1);
      }));

    it("moves a message behind those of the other box, as new there but for what is said", () =>
      withStore(open, async (store) => {
        const [one, other] = [await makeQueue(store), await makeQueue(store)];
        const head = { id: "a", senderId: "s", groupId: "g", deduplicationId: "d" };
        const [sequence = 0] = await sendAll(store, one.boxId, [
          message("moved", { head, dueAtMs: NOW_MS + 1 }),
        ]);
        await sendAll(store, other.boxId, [message("there")]);
        await store.commit([{ kind: "count", sequence, receiveCount: 3, firstReceivedAtMs: NOW_MS }]);
        const move = {
          ...{ kind: "move" as const, boxId: one.boxId, sequence, toBoxId: other.boxId },
          head: { deadLetterSourceArn: "arn:one", groupId: "h" },
        };
        const [first, second] = await store.commit([move, move]);
        assert.equal(second, undefined);
        assert.ok((first?.sequence ?? 0) > sequence);
        assert.equal(first?.sentAtMs, NOW_MS);
        assert.deepEqual(await bodies(store, one.boxId), []);
        assert.deepEqual(await bodies(store, other.boxId), ["there", "moved"]);
        const [read] = await store.readMessages(other.boxId, [first?.sequence ?? 0]);
        assert.deepEqual(read, {
          sequence: first?.sequence,
          sentAtMs: NOW_MS,
          dueAtMs: undefined,
          receiveCount: 0,
          firstReceivedAtMs: undefined,
          head: { ...head, ...move.head },
          body: "moved",
        });
        const [place] = (await store.placesAfter(other.boxId, 0, 10)).slice(-1);
        assert.equal(place?.groupId, "h");
      }));

    it("moves with another time of sending where one is given, also within the box", () =>
      withStore(open, async (store) => {
        const { boxId } = await makeQueue(store);
        const [sequence = 0] = await sendAll(store, boxId, [message("a"), message("b")]);
        const [moved] = await store.commit([
          { kind: "move", boxId, sequence, toBoxId: boxId, head: {}, sentAtMs: NOW_MS + 7 },
        ]);
        assert.equal(moved?.sentAtMs, NOW_MS + 7);
        assert.deepEqual(await places(store, boxId), [
          ["b", NOW_MS],
          ["a", NOW_MS + 7],
        ]);
      }));

    it("takes nothing of a commit that cannot be taken whole, and goes on", () =>
      withStore(open, async (store) => {
        const { boxId } = await makeQueue(store);
        const [sequence = 0] = await sendAll(store, boxId, [message("a")]);
        // Nothing that callers may ask for fails halfway; a body that is no text does.
        const broken = add(boxId, { ...message("x"), body: undefined as unknown as string });
        const key = { queueId: 1, key: "k", sinceMs: 0 };
        await assert.rejects(
          store.commit([
            { kind: "remove", boxId, sequence },
            { ...add(boxId, message("b")), deduplication: key },
            broken,
          ]),
        );
        assert.deepEqual(await bodies(store, boxId), ["a"]);
        const [next] = await store.commit([{ ...add(boxId, message("c")), deduplication: key }]);
        assert.equal(next?.duplicateOf, undefined);
        assert.deepEqual(await bodies(store, boxId), ["a", "c"]);
      }));

    it("empties a box that was replaced, without holding up the new one", () =>
      withStore(open, async (store, { reopen }) => {
        const first = await makeQueue(store);
        await sendAll(
          store,
          first.boxId,
          Array.from({ length: MANY }, (_, index) =>
            message("old", index % 5 === 0 ? { dueAtMs: NOW_MS } : {}),
          ),
        );
        const second = await store.replaceBox(first.id);
        await sendAll(store, second?.boxId ?? 0, [message("new")]);
        // What a stop leaves is removed after the next start.
        const later = await reopen();
        await waitFor("the old box to be empty", async () => {
          const { undelayed, delayed } = await later.countMessages(first.boxId);
          return undelayed + delayed === 0 || undefined;
        });
        assert.deepEqual(await bodies(later, second?.boxId ?? 0), ["new"]);
      }));

    it("lets nothing stay that comes too late, into a box that nobody has any more", () =>
      withStore(open, async (store) => {
        const [one, other] = [await makeQueue(store), await makeQueue(store)];
        const [sequence = 0] = await sendAll(store, other.boxId, [message("to be moved")]);
        await store.deleteQueue(one.id, NOW_MS);
        const results = await store.commit([
          add(one.boxId, message("late")),
          { kind: "move", boxId: other.boxId, sequence, toBoxId: one.boxId, head: {} },
        ]);
        assert.ok(results.every((result) => result !== undefined));
        assert.deepEqual(await store.countMessages(one.boxId), { undelayed: 0, delayed: 0 });
        assert.deepEqual(await bodies(store, other.boxId), []);
      }));

    it("removes the messages that are too old, the oldest first, also moved and delayed ones", () =>
      withStore(open, async (store) => {
        const [one, other] = [await makeQueue(store), await makeQueue(store)];
        const at = (body: string, age: number, dueAtMs?: number) =>
          message(body, { sentAtMs: NOW_MS - age, ...(dueAtMs === undefined ? {} : { dueAtMs }) });
        const [ancient = 0] = await sendAll(store, other.boxId, [at("moved", 90)]);
        await sendAll(store, one.boxId, [at("a", 50), at("b", 40), at("delayed", 60, NOW_MS), at("c", 5)]);
        await store.commit([
          { kind: "move", boxId: other.boxId, sequence: ancient, toBoxId: one.boxId, head: {} },
        ]);
        assert.deepEqual(await store.removeSentBefore(one.boxId, NOW_MS - 100, 10), []);
        const first = await store.removeSentBefore(one.boxId, NOW_MS - 10, 1);
        assert.equal(first.length, 1);
        assert.deepEqual(await bodies(store, one.boxId), ["b", "c", "moved"]);
        assert.equal((await store.removeSentBefore(one.boxId, NOW_MS - 10, 10)).length, 3);
        assert.deepEqual(await bodies(store, one.boxId), ["c"]);
        assert.deepEqual(await store.countMessages(one.boxId), { undelayed: 1, delayed: 0 });
      }));

    it("tells when the last messages came, more than are read at once", () =>
      withStore(open, async (store) => {
        const { boxId } = await makeQueue(store);
        const times = Array.from({ length: MANY }, (_, index) => NOW_MS + index);
        await sendAll(
          store,
          boxId,
          times.map((sentAtMs) => message("", { sentAtMs })),
        );
        assert.deepEqual(await store.sendTimesSince(boxId, NOW_MS + MANY - 3), times.slice(-2));
        assert.deepEqual(await store.sendTimesSince(boxId, 0), times);
        assert.deepEqual(await store.sendTimesSince(boxId, NOW_MS + MANY), []);
      }));
  });
}
