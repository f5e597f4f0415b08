/** What every QueueStore must do with deduplication keys, as tests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AddMessage, QueueStore } from "../queue-store.ts";
import { add, bodies, makeQueue, message, NOW_MS } from "./messages-kit.ts";
import { type Open, withStore } from "./opened.ts";

const WINDOW_MS = 300_000;
/** More than any store removes at once. */
const MANY = 2500;

export function deduplicationContract(name: string, open: Open<QueueStore>): void {
  describe(`${name}: deduplication`, () => {
    it("answers the first message for a second one with its key, within the window", () =>
      withStore(open, async (store, { reopen }) => {
        const queue = await makeQueue(store);
        const [first] = await store.commit([keyed(queue, "k", "a", NOW_MS)]);
        const later = await reopen();
        const [second] = await later.commit([keyed(queue, "k", "b", NOW_MS + WINDOW_MS - 1)]);
        assert.deepEqual(second, { ...first, duplicateOf: "id of a" });
        assert.deepEqual(await bodies(later, queue.boxId), ["a"]);
      }));

    it("knows a key although its message was received and deleted", () =>
      withStore(open, async (store) => {
        const queue = await makeQueue(store);
        const [first] = await store.commit([keyed(queue, "k", "a", NOW_MS)]);
        await store.commit([{ kind: "remove", boxId: queue.boxId, sequence: first?.sequence ?? 0 }]);
        const [second] = await store.commit([keyed(queue, "k", "b", NOW_MS + 1)]);
        assert.equal(second?.duplicateOf, "id of a");
        assert.deepEqual(await bodies(store, queue.boxId), []);
      }));

    it("begins a new window with the first message after the old one", () =>
      withStore(open, async (store) => {
        const queue = await makeQueue(store);
        await store.commit([keyed(queue, "k", "a", NOW_MS)]);
        const [second] = await store.commit([keyed(queue, "k", "b", NOW_MS + WINDOW_MS)]);
        assert.equal(second?.duplicateOf, undefined);
        const [third] = await store.commit([keyed(queue, "k", "c", NOW_MS + 2 * WINDOW_MS - 1)]);
        assert.deepEqual(third, { ...second, duplicateOf: "id of b" });
        assert.deepEqual(await bodies(store, queue.boxId), ["a", "b"]);
      }));

    it("finds duplicates within one commit, too", () =>
      withStore(open, async (store) => {
        const queue = await makeQueue(store);
        const results = await store.commit([
          keyed(queue, "k", "a", NOW_MS),
          keyed(queue, "l", "b", NOW_MS),
          keyed(queue, "k", "c", NOW_MS + 1),
          add(queue.boxId, message("no key")),
        ]);
        assert.deepEqual(
          results.map((result) => result?.duplicateOf),
          [undefined, undefined, "id of a", undefined],
        );
        assert.equal(results[2]?.sequence, results[0]?.sequence);
        assert.deepEqual(await bodies(store, queue.boxId), ["a", "b", "no key"]);
      }));

    it("keeps the keys of queues apart, and keys of different case", () =>
      withStore(open, async (store) => {
        const [one, other] = [await makeQueue(store), await makeQueue(store)];
        const results = await store.commit([
          keyed(one, "k", "a", NOW_MS),
          keyed(other, "k", "b", NOW_MS),
          keyed(one, "K", "c", NOW_MS),
          keyed(one, "k ", "d", NOW_MS),
        ]);
        assert.ok(results.every((result) => result?.duplicateOf === undefined));
      }));

    it("knows keys of a queue that was purged", () =>
      withStore(open, async (store) => {
        const queue = await makeQueue(store);
        await store.commit([keyed(queue, "k", "a", NOW_MS)]);
        const purged = await store.replaceBox(queue.id);
        assert.ok(purged);
        const [again] = await store.commit([keyed(purged, "k", "b", NOW_MS + 1)]);
        assert.equal(again?.duplicateOf, "id of a");
      }));

    it("adds one message of many with the same key at the same time", () =>
      withStore(open, async (store) => {
        const queue = await makeQueue(store);
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) => store.commit([keyed(queue, "k", `${index}`, NOW_MS)])),
        );
        const added = results.filter(([result]) => result?.duplicateOf === undefined);
        assert.equal(added.length, 1);
        assert.equal((await bodies(store, queue.boxId)).length, 1);
      }));

    it("removes old keys, a bounded piece at a time, and no others", () =>
      withStore(open, async (store) => {
        const queue = await makeQueue(store);
        const old = Array.from({ length: MANY }, (_, index) => keyed(queue, `${index}`, "old", NOW_MS));
        await store.commit(old);
        await store.commit([keyed(queue, "young", "young", NOW_MS + 1)]);
        let pieces = 1;
        while (await store.removeDeduplications(NOW_MS + 1)) pieces++;
        assert.ok(pieces > 1);
        const [young, again] = await store.commit([
          { ...keyed(queue, "young", "x", NOW_MS + 2) },
          { ...keyed(queue, "0", "y", NOW_MS + 2) },
        ]);
        assert.equal(young?.duplicateOf, "id of young");
        assert.equal(again?.duplicateOf, undefined);
      }));
  });
}

function keyed(
  { id, boxId }: { readonly id: number; readonly boxId: number },
  key: string,
  body: string,
  sentAtMs: number,
): AddMessage {
  const deduplication = { queueId: id, key, sinceMs: sentAtMs - WINDOW_MS };
  return { kind: "add", boxId, message: message(body, { sentAtMs }), deduplication };
}
