import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { FRONT_LIMITS } from "../../config/mod.ts";
import { BrokenStream } from "../../errors/mod.ts";
import { ReceivedItems, SentItems } from "./item-streams.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Both ends of one stream. */
function connected(items: AsyncIterable<unknown>): { sent: SentItems; received: ReceivedItems } {
  const sent: SentItems = new SentItems(items, (item) => setImmediate(() => received.add(item)));
  const received: ReceivedItems = new ReceivedItems({
    onTaken: () => setImmediate(() => sent.more()),
    onLeft: () => setImmediate(() => sent.leave()),
  });
  const over = (isBroken: boolean): void => void setImmediate(() => received.over(isBroken));
  sent.run().then(
    () => over(false),
    () => over(true),
  );
  return { sent, received };
}

async function* counting(upTo: number, told: { made: number; isOver: boolean }): AsyncGenerator<number> {
  try {
    while (told.made < upTo) yield ++told.made;
  } finally {
    told.isOver = true;
  }
}

describe("a stream of items from one thread to another", () => {
  it("arrives whole and in order", async () => {
    const told = { made: 0, isOver: false };
    const got = await connected(counting(1000, told)).received.toArray();
    assert.deepEqual(
      got,
      Array.from({ length: 1000 }, (_, at) => at + 1),
    );
  });

  it("is not read further than its reader has room for", async () => {
    const told = { made: 0, isOver: false };
    const { received } = connected(counting(1000, told));
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.equal(told.made, FRONT_LIMITS.itemsAheadMax);
    const first = received[Symbol.asyncIterator]();
    assert.deepEqual(await first.next(), { done: false, value: 1 });
    await first.return?.();
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.ok(told.isOver, "a reader that leaves ends it");
    assert.ok(told.made < 100);
  });

  it("breaks behind what came before it broke", async () => {
    async function* breaking(): AsyncGenerator<string> {
      yield "one";
      yield "two";
      throw new Error("no more");
    }
    const got: unknown[] = [];
    await assert.rejects(async () => {
      for await (const item of connected(breaking()).received) got.push(item);
    }, BrokenStream);
    assert.deepEqual(got, ["one", "two"]);
  });

  it("destroys a stream at once that nobody wants, though it has nothing to give", async () => {
    const silent = new Readable({ read() {} });
    const { received } = connected(silent);
    received.destroy();
    await turn();
    await turn();
    assert.ok(silent.destroyed);
  });
});
