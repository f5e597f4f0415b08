import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KeyedMutex } from "./keyed-mutex.ts";

describe("the keyed mutex", () => {
  it("runs work of one key in order, one at a time, and other keys beside it", async () => {
    const mutex = new KeyedMutex();
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = mutex.run("a", async () => {
      log.push("a1 begins");
      await gate.promise;
      log.push("a1 ends");
    });
    const second = mutex.run("a", async () => {
      log.push("a2");
    });
    await mutex.run("b", async () => {
      log.push("b");
    });
    gate.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(log, ["a1 begins", "b", "a1 ends", "a2"]);
  });

  it("goes on after work that failed", async () => {
    const mutex = new KeyedMutex();
    await assert.rejects(mutex.run("a", () => Promise.reject(new Error("no"))));
    assert.equal(await mutex.run("a", async () => 1), 1);
  });
});
