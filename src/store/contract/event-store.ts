/** What every EventStore must do, as tests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { EventHead, EventStore, EventWrite } from "../event-store.ts";
import { collect, type Open, withStore } from "./opened.ts";

const RUNS = 100;
/** More than any store reads at once. */
const MANY = 2500;

export function eventStoreContract(name: string, open: Open<EventStore>): void {
  describe(`${name}: accepted events`, () => {
    it("keeps an event with everything that is said of it", () =>
      withStore(open, async (store, { reopen }) => {
        const event = head("one", {
          qualifier: "live",
          clientContext: "e30=",
          traceId: "Root=1-2-3",
          failedAttempts: 2,
          undelivered: [
            {
              arn: "arn:aws:sqs:us-east-1:000000000000:dead",
              body: 'NUL "\u0000", half a pair "\ud800", 😀',
              attributes: { ErrorCode: { type: "Number", text: "200" } },
              outcome: "Failure",
            },
          ],
        });
        const payload = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
        await store.commit([accept(event, payload)]);
        const later = await reopen();
        assert.deepEqual(await heads(later), [{ ...event, payloadBytes: 256 }]);
        assert.deepEqual(await later.readPayload("one"), payload);
      }));

    it("keeps empty and large payloads", () =>
      withStore(open, async (store) => {
        const large = Buffer.alloc(1024 * 1024, "0123456789abcdef");
        await store.commit([accept(head("empty"), Buffer.alloc(0)), accept(head("large"), large)]);
        assert.deepEqual(await store.readPayload("empty"), Buffer.alloc(0));
        assert.deepEqual(await store.readPayload("large"), large);
        assert.deepEqual(
          (await heads(store)).map(({ payloadBytes }) => payloadBytes),
          [0, large.length],
        );
      }));

    it("answers undefined for the payload of an event that is not there", () =>
      withStore(open, async (store) => {
        assert.equal(await store.readPayload("nobody"), undefined);
      }));

    it("updates without touching payload or place, and does nothing for what is not there", () =>
      withStore(open, async (store) => {
        await store.commit([accept(head("a")), accept(head("b"))]);
        await store.commit([update(head("a", { failedAttempts: 1 })), update(head("nobody"))]);
        assert.deepEqual(
          (await heads(store)).map(({ id, failedAttempts }) => [id, failedAttempts]),
          [
            ["a", 1],
            ["b", 0],
          ],
        );
        assert.equal(String(await store.readPayload("a")), "payload of a");
      }));

    it("removes, and does nothing for what is not there", () =>
      withStore(open, async (store) => {
        await store.commit([accept(head("a")), accept(head("b"))]);
        await store.commit([remove("a"), remove("nobody")]);
        assert.deepEqual(await ids(store), ["b"]);
        assert.equal(await store.readPayload("a"), undefined);
      }));

    it("takes nothing of a commit that cannot be taken whole", () =>
      withStore(open, async (store) => {
        await store.commit([accept(head("a")), accept(head("b"))]);
        const twice = [
          accept(head("c")),
          remove("a"),
          update(head("b", { failedAttempts: 9 })),
          accept(head("b")),
        ];
        await assert.rejects(store.commit(twice));
        assert.deepEqual(await ids(store), ["a", "b"]);
        assert.deepEqual(
          (await heads(store)).map(({ failedAttempts }) => failedAttempts),
          [0, 0],
        );
      }));

    it("goes on after a commit that failed", () =>
      withStore(open, async (store) => {
        await store.commit([accept(head("a"))]);
        await assert.rejects(store.commit([accept(head("a"))]));
        await store.commit([accept(head("b"))]);
        assert.deepEqual(await ids(store), ["a", "b"]);
      }));

    it("lists in the order of acceptance, more than are read at once", () =>
      withStore(open, async (store) => {
        const all = Array.from({ length: MANY }, (_, index) => `${(index * 7919) % MANY}`);
        await store.commit(all.slice(0, 1300).map((id) => accept(head(id))));
        await store.commit(all.slice(1300).map((id) => accept(head(id))));
        assert.deepEqual(await ids(store), all);
      }));

    it("takes commits in the order in which they were asked for, also without waiting", () =>
      withStore(open, async (store) => {
        const commits = Array.from({ length: 50 }, (_, index) => [
          store.commit([accept(head(`${index}`))]),
          store.commit([update(head(`${index}`, { failedAttempts: 1 }))]),
          ...(index % 2 === 0 ? [store.commit([remove(`${index}`)])] : []),
        ]);
        await Promise.all(commits.flat());
        const left = await heads(store);
        assert.deepEqual(
          left.map(({ id }) => id),
          Array.from({ length: 25 }, (_, index) => `${index * 2 + 1}`),
        );
        assert.ok(left.every(({ failedAttempts }) => failedAttempts === 1));
      }));

    it("holds what a list of events would hold after the same commits", () =>
      withStore(open, (store) =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(anyWrite(), { maxLength: 8 }), { maxLength: 12 }),
            async (commits) => {
              await store.commit((await ids(store)).map(remove));
              let model: Model = [];
              for (const writes of commits) {
                const next = modelCommit(model, writes);
                if (next === undefined) await assert.rejects(store.commit(writes));
                else await store.commit(writes);
                model = next ?? model;
              }
              assert.deepEqual(await heads(store), model);
            },
          ),
          { numRuns: RUNS },
        ),
      ));
  });
}

type Model = readonly EventHead[];

/** Undefined where the commit must be refused. */
function modelCommit(before: Model, writes: readonly EventWrite[]): Model | undefined {
  let events = before;
  for (const write of writes) {
    const id = write.kind === "remove" ? write.id : write.head.id;
    const found = events.find((event) => event.id === id);
    if (write.kind === "accept") {
      if (found !== undefined) return undefined;
      events = [...events, { ...write.head, payloadBytes: write.payload.length }];
    } else if (write.kind === "remove") {
      events = events.filter((event) => event !== found);
    } else {
      events = events.map((event) =>
        event === found ? { ...write.head, payloadBytes: event.payloadBytes } : event,
      );
    }
  }
  return events;
}

/** Few ids, so that writes meet. */
function anyWrite(): fc.Arbitrary<EventWrite> {
  const id = fc.constantFrom("a", "b", "c", "d");
  const anyHead = fc
    .tuple(id, fc.nat(9), fc.string({ unit: "binary", maxLength: 5 }))
    .map(([one, failedAttempts, functionName]) => head(one, { failedAttempts, functionName }));
  return fc.oneof(
    fc.tuple(anyHead, fc.uint8Array({ maxLength: 5 })).map(([one, bytes]) => accept(one, Buffer.from(bytes))),
    anyHead.map(update),
    id.map(remove),
  );
}

function head(id: string, more: Partial<EventHead> = {}): EventHead {
  return {
    id,
    scope: { accountId: "000000000000", region: "us-east-1" },
    functionName: "hello",
    payloadBytes: 0,
    acceptedAtMs: 1_700_000_000_000,
    failedAttempts: 0,
    notBeforeMs: 1_700_000_000_000,
    ...more,
  } as EventHead;
}

function accept(event: EventHead, payload = Buffer.from(`payload of ${event.id}`)): EventWrite {
  return { kind: "accept", head: event, payload };
}

function update(event: EventHead): EventWrite {
  return { kind: "update", head: event };
}

function remove(id: string): EventWrite {
  return { kind: "remove", id };
}

function heads(store: EventStore): Promise<EventHead[]> {
  return collect(store.listHeads());
}

async function ids(store: EventStore): Promise<string[]> {
  return (await heads(store)).map(({ id }) => id);
}
