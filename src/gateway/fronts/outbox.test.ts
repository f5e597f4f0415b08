import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Outbox, unpacked } from "./outbox.ts";

describe("messages between threads", () => {
  it("go together, whatever was sent in one turn, and buffers stay buffers of their own size", async () => {
    const posts: unknown[] = [];
    const outbox = new Outbox<unknown>({ postMessage: (memory) => posts.push(memory) }, () => assert.fail());
    const piece = Buffer.from("a large chunk").subarray(2, 7);
    outbox.send(["one", piece, undefined, new Date(0)]);
    outbox.send(["two", { pattern: /x/i }]);
    await new Promise(setImmediate);
    assert.equal(posts.length, 1);
    const memory = posts[0] as ArrayBuffer;
    assert.ok(memory.byteLength < 200, "only the bytes of the piece, not of the pool that it is cut from");
    const [first, second] = unpacked<unknown[]>(memory);
    assert.deepEqual(first, ["one", piece, undefined, new Date(0)]);
    assert.ok(Buffer.isBuffer(first?.[1]));
    assert.deepEqual(second, ["two", { pattern: /x/i }]);
  });

  it("are refused alone where they cannot be copied", async () => {
    const posts: unknown[] = [];
    const refused: unknown[] = [];
    const outbox = new Outbox<unknown>({ postMessage: (memory) => posts.push(memory) }, (message) =>
      refused.push(message),
    );
    const wrong = ["wrong", () => 1];
    for (const message of [["one"], wrong, ["two"]]) outbox.send(message);
    await new Promise(setImmediate);
    assert.deepEqual(refused, [wrong]);
    assert.deepEqual(
      posts.flatMap((memory) => unpacked(memory as ArrayBuffer)),
      [["one"], ["two"]],
    );
  });
});
