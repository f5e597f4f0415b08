/** What the suites of messages say often. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AddMessage, NewMessage, QueueRecord, QueueStore } from "../queue-store.ts";

export const NOW_MS = 1_700_000_000_000;

/** A queue with a name of its own. */
export async function makeQueue(store: QueueStore): Promise<QueueRecord> {
  const made = await store.createQueue(
    {
      ...{ accountId: "000000000000", region: "us-east-1", name: randomUUID() },
      ...{ createdAtMs: NOW_MS, modifiedAtMs: NOW_MS, attributes: {}, tags: {} },
    },
    0,
  );
  assert.ok(typeof made === "object", String(made));
  return made;
}

export function message(body: string, more: Partial<NewMessage> = {}): NewMessage {
  const head = { id: `id of ${body.slice(0, 20)}`, senderId: "000000000000" };
  return { head, body, sentAtMs: NOW_MS, ...more };
}

export function add(boxId: number, one: NewMessage): AddMessage {
  return { kind: "add", boxId, message: one };
}

/** In one commit; returns their numbers. */
export async function sendAll(
  store: QueueStore,
  boxId: number,
  messages: readonly NewMessage[],
): Promise<number[]> {
  const results = await store.commit(messages.map((one) => add(boxId, one)));
  return results.map((result) => result?.sequence as number);
}

/** Of those never delayed, by number. */
export async function bodies(store: QueueStore, boxId: number): Promise<string[]> {
  return (await places(store, boxId)).map(([body]) => body);
}

export async function places(store: QueueStore, boxId: number): Promise<[body: string, sentAtMs: number][]> {
  const found = await store.placesAfter(boxId, 0, 10_000);
  const read = await store.readMessages(
    boxId,
    found.map(({ sequence }) => sequence),
  );
  const bodyOf = new Map(read.map(({ sequence, body }) => [sequence, body]));
  return found.map(({ sequence, sentAtMs }) => [bodyOf.get(sequence) as string, sentAtMs]);
}
