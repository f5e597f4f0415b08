import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StartQueue } from "./start-queue.ts";

describe("StartQueue", () => {
  /** Starts that end when they are told to; tells in which order they began. */
  function bench(queue: StartQueue) {
    const began: string[] = [];
    const ends: (() => void)[] = [];
    const ask = (lane: string, name: string): Promise<void> =>
      queue.run(lane, () => {
        began.push(name);
        return new Promise((resolve) => ends.push(resolve));
      });
    const endNext = async (): Promise<void> => {
      ends.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { began, ask, endNext };
  }

  it("lets a second function's first start pass a burst of the first's", async () => {
    const { began, ask, endNext } = bench(new StartQueue(2));
    for (const name of ["a1", "a2", "a3", "a4", "a5"]) void ask("a", name);
    void ask("b", "b1");
    void ask("b", "b2");
    for (let turn = 0; turn < 5; turn++) await endNext();
    assert.deepEqual(began, ["a1", "a2", "a3", "b1", "a4", "b2", "a5"]);
  });

  it("runs what nobody waits for when nobody else waits", async () => {
    const queue = new StartQueue(1);
    const { began, ask, endNext } = bench(queue);
    void ask("a", "a1");
    const last = queue.runLast(async () => began.push("last"));
    void ask("a", "a2");
    void ask("b", "b1");
    for (let turn = 0; turn < 3; turn++) await endNext();
    await last;
    assert.deepEqual(began, ["a1", "a2", "b1", "last"]);
    assert.equal(await queue.runLast(async () => 7), 7);
    await assert.rejects(
      queue.runLast(() => Promise.reject(new Error("no"))),
      /no/,
    );
    void ask("c", "c1");
    assert.equal(began.at(-1), "c1");
  });

  it("keeps the place of what is held until it is settled, well or badly", async () => {
    const began: string[] = [];
    const queue = new StartQueue(1);
    for (const settle of ["resolve", "reject"] as const) {
      const held = Promise.withResolvers<void>();
      const answer = await queue.run("a", async (hold) => {
        hold(held.promise);
        return 7;
      });
      assert.equal(answer, 7);
      const next = queue.run("b", async () => began.push("b"));
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(began, []);
      held[settle]();
      await next;
      assert.deepEqual(began.splice(0), ["b"]);
    }
  });

  it("goes on after a failure, and starts at once when nobody waits", async () => {
    const queue = new StartQueue(1);
    await assert.rejects(
      queue.run("a", () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(await queue.run("b", () => Promise.resolve(7)), 7);
  });
});
