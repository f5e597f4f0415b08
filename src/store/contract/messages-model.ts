/** Any commits, beside a model that is a list: the store answers and holds what the list would. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type {
  DuePlace,
  MessagePlace,
  NewMessage,
  QueueRecord,
  QueueStore,
  QueueWrite,
  StoredMessage,
  WriteResult,
} from "../queue-store.ts";
import { makeQueue, message, NOW_MS } from "./messages-kit.ts";
import { type Open, withStore } from "./opened.ts";

const RUNS = 60;

/** Which message: the n-th of all that were ever added, so that writes meet messages that are gone, too. */
type Action =
  | {
      readonly kind: "add";
      readonly box: number;
      readonly message: NewMessage;
      readonly key?: string | undefined;
    }
  | { readonly kind: "remove"; readonly which: number; readonly isWrongBox: boolean }
  | {
      readonly kind: "move";
      readonly which: number;
      readonly toBox: number;
      readonly sentAtMs?: number | undefined;
    }
  | { readonly kind: "count"; readonly which: number; readonly receiveCount: number };

export function messagesModelContract(name: string, open: Open<QueueStore>): void {
  describe(`${name}: messages beside a model`, () => {
    it("answers and holds after any commits what a list would", () =>
      withStore(open, (store) =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(anyAction(), { minLength: 1, maxLength: 10 }), { maxLength: 8 }),
            async (commits) => {
              const model = new Model([await makeQueue(store), await makeQueue(store)]);
              for (const actions of commits) {
                const writes = actions.map((action) => model.writeOf(action));
                model.commit(writes, await store.commit(writes));
              }
              await model.assertHeldBy(store);
            },
          ),
          { numRuns: RUNS },
        ),
      ));

    it("gives pages of any size that together are the whole", () =>
      withStore(open, (store) =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }), { maxLength: 20 }),
            fc.integer({ min: 1, max: 7 }),
            async (delays, limit) => {
              const { boxId } = await makeQueue(store);
              const writes = delays.map((delayMs) => {
                const due = delayMs === undefined ? {} : { dueAtMs: NOW_MS + delayMs };
                return { kind: "add" as const, boxId, message: message("m", due) };
              });
              const sequences = (await store.commit(writes)).map((result) => result?.sequence as number);
              const undelayed = sequences.filter((_, index) => delays[index] === undefined);
              const found: MessagePlace[] = [];
              for (;;) {
                const page = await store.placesAfter(boxId, found.at(-1)?.sequence ?? 0, limit);
                found.push(...page);
                if (page.length < limit) break;
              }
              assert.deepEqual(
                found.map(({ sequence }) => sequence),
                undelayed,
              );
              const due: DuePlace[] = [];
              for (;;) {
                const after = due.at(-1) ?? { dueAtMs: 0, sequence: 0 };
                const page = await store.duePlaces(boxId, after, NOW_MS + 4, limit);
                due.push(...page);
                if (page.length < limit) break;
              }
              const wanted = sequences
                .map((sequence, index) => ({ sequence, delayMs: delays[index] ?? Number.POSITIVE_INFINITY }))
                .filter(({ delayMs }) => delayMs <= 4)
                .sort((a, b) => a.delayMs - b.delayMs || a.sequence - b.sequence);
              assert.deepEqual(
                due.map(({ sequence }) => sequence),
                wanted.map(({ sequence }) => sequence),
              );
            },
          ),
          { numRuns: RUNS },
        ),
      ));
  });
}

function anyAction(): fc.Arbitrary<Action> {
  const box = fc.nat(1);
  const which = fc.nat(15);
  const sentAtMs = fc.integer({ min: NOW_MS, max: NOW_MS + 9 });
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  // What SQS lets through of a body: no NUL, no half pairs.
  const body = fc.string({ unit: "grapheme", maxLength: 5 });
  const anyMessage = fc
    .record({ body, sentAtMs, dueAtMs: maybe(sentAtMs), groupId: maybe(fc.constantFrom("g", "h")) })
    .map(({ body: text, sentAtMs: sent, dueAtMs, groupId }) => ({
      body: text,
      sentAtMs: sent,
      dueAtMs,
      head: { id: `id of ${text}`, senderId: "s", ...(groupId === undefined ? {} : { groupId }) },
    }));
  const add = fc.record({
    ...{ kind: fc.constant("add" as const), box, message: anyMessage, key: maybe(fc.constantFrom("k", "l")) },
  });
  return fc.oneof(
    { arbitrary: add, weight: 3 },
    fc.record({ kind: fc.constant("remove" as const), which, isWrongBox: fc.boolean() }),
    fc.record({ kind: fc.constant("move" as const), which, toBox: box, sentAtMs: maybe(sentAtMs) }),
    fc.record({ kind: fc.constant("count" as const), which, receiveCount: fc.nat(9) }),
  );
}

/** A key's window of this model's times. */
const WINDOW_MS = 5;

interface Held extends StoredMessage {
  readonly boxId: number;
}

class Model {
  readonly #queues: readonly QueueRecord[];
  /** Every number that was ever given. */
  readonly #given: { readonly sequence: number; readonly boxId: number }[] = [];
  readonly #keys = new Map<string, { sequence: number; sentAtMs: number; messageId: string }>();
  #messages: Held[] = [];

  constructor(queues: readonly QueueRecord[]) {
    this.#queues = queues;
  }

  writeOf(action: Action): QueueWrite {
    if (action.kind === "add") {
      const { id: queueId, boxId } = this.#queues[action.box] as QueueRecord;
      const { key, message: one } = action;
      if (key === undefined) return { kind: "add", boxId, message: one };
      const sinceMs = one.sentAtMs - WINDOW_MS;
      return { kind: "add", boxId, message: one, deduplication: { queueId, key, sinceMs } };
    }
    const { sequence, boxId } = this.#given[action.which % this.#given.length] ?? { sequence: 0, boxId: 0 };
    switch (action.kind) {
      case "remove":
        return { kind: "remove", boxId: action.isWrongBox ? boxId + 1000 : boxId, sequence };
      case "move": {
        const toBoxId = this.#queues[action.toBox]?.boxId as number;
        const head = { deadLetterSourceArn: `from ${boxId}` };
        return { kind: "move", boxId, sequence, toBoxId, head, sentAtMs: action.sentAtMs };
      }
      case "count":
        return { kind: "count", sequence, receiveCount: action.receiveCount, firstReceivedAtMs: NOW_MS };
    }
  }

  /** Numbers are the store's to choose, as long as they rise. */
  commit(writes: readonly QueueWrite[], results: readonly (WriteResult | undefined)[]): void {
    assert.equal(results.length, writes.length);
    for (const [place, write] of writes.entries()) this.#write(write, results[place]);
  }

  async assertHeldBy(store: QueueStore): Promise<void> {
    for (const { boxId } of this.#queues) {
      const mine = this.#messages.filter((each) => each.boxId === boxId);
      const undelayed = mine.filter(({ dueAtMs }) => dueAtMs === undefined);
      assert.deepEqual(await store.countMessages(boxId), {
        undelayed: undelayed.length,
        delayed: mine.length - undelayed.length,
      });
      assert.deepEqual(
        await store.placesAfter(boxId, 0, 1000),
        undelayed.map(({ sequence, sentAtMs, head }) => ({ sequence, sentAtMs, groupId: head.groupId })),
      );
      const given = this.#given.map(({ sequence }) => sequence);
      const read = await store.readMessages(boxId, [...new Set(given)]);
      assert.deepEqual(
        read.toSorted((a, b) => a.sequence - b.sequence),
        mine.map(({ boxId: _, ...one }) => one),
      );
    }
  }

  #write(write: QueueWrite, result: WriteResult | undefined): void {
    switch (write.kind) {
      case "add":
        this.#add(write, result);
        break;
      case "remove": {
        const found = this.#take(write.boxId, write.sequence);
        assert.deepEqual(result, found && { sequence: write.sequence, sentAtMs: 0 });
        break;
      }
      case "move": {
        const found = this.#take(write.boxId, write.sequence);
        if (found === undefined) {
          assert.equal(result, undefined);
          break;
        }
        const sentAtMs = write.sentAtMs ?? found.sentAtMs;
        assert.equal(result?.sentAtMs, sentAtMs);
        const head = { ...found.head, ...write.head };
        this.#put(write.toBoxId, { head, body: found.body, sentAtMs, dueAtMs: undefined }, result);
        break;
      }
      case "count":
        assert.equal(result, undefined);
        this.#messages = this.#messages.map((one) =>
          one.sequence === write.sequence
            ? { ...one, receiveCount: write.receiveCount, firstReceivedAtMs: write.firstReceivedAtMs }
            : one,
        );
    }
  }

  #add(write: QueueWrite & { kind: "add" }, result: WriteResult | undefined): void {
    const { message: one, deduplication } = write;
    const name = deduplication && `${deduplication.queueId} ${deduplication.key}`;
    const earlier = name === undefined ? undefined : this.#keys.get(name);
    if (deduplication !== undefined && earlier !== undefined && earlier.sentAtMs > deduplication.sinceMs) {
      const { sequence, sentAtMs, messageId } = earlier;
      assert.deepEqual(result, { sequence, sentAtMs, duplicateOf: messageId });
      return;
    }
    assert.equal(result?.sentAtMs, one.sentAtMs);
    assert.equal(result?.duplicateOf, undefined);
    this.#put(write.boxId, one, result);
    if (name === undefined) return;
    this.#keys.set(name, { sequence: result?.sequence ?? 0, sentAtMs: one.sentAtMs, messageId: one.head.id });
  }

  #take(boxId: number, sequence: number): Held | undefined {
    const found = this.#messages.find((one) => one.boxId === boxId && one.sequence === sequence);
    this.#messages = this.#messages.filter((one) => one !== found);
    return found;
  }

  #put(boxId: number, one: NewMessage, result: WriteResult | undefined): void {
    const sequence = result?.sequence ?? 0;
    assert.ok(sequence > (this.#given.at(-1)?.sequence ?? 0), "numbers rise");
    this.#given.push({ sequence, boxId });
    this.#messages.push({ ...one, boxId, sequence, receiveCount: 0, firstReceivedAtMs: undefined });
  }
}
