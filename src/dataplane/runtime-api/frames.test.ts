import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FrameReader, invokeFrameHead, readShortText } from "./frames.ts";

function frame(type: number, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + bytes.length, 0);
  head.writeUInt8(type, 4);
  return Buffer.concat([head, bytes]);
}

function collect(bytesMax: number) {
  const frames: [number, string][] = [];
  const oversized: [number, string][] = [];
  const reader = new FrameReader({
    bytesMax,
    onFrame: (type, body) => frames.push([type, body.toString()]),
    onOversized: (type, start) => oversized.push([type, start.toString("latin1", 0, 4)]),
  });
  return { reader, frames, oversized };
}

describe("the frame reader", () => {
  it("gives the same frames however the bytes are cut", () => {
    const stream = Buffer.concat([
      frame(1, ""),
      frame(2, "hello"),
      frame(3, "x".repeat(300)),
      frame(2, "end"),
    ]);
    for (const step of [1, 2, 3, 5, 7, 64, stream.length]) {
      const { reader, frames } = collect(1000);
      for (let at = 0; at < stream.length; at += step) reader.push(stream.subarray(at, at + step));
      assert.deepEqual(frames, [
        [1, ""],
        [2, "hello"],
        [3, "x".repeat(300)],
        [2, "end"],
      ]);
    }
  });

  it("skips a frame that is too large without keeping it, and reads on behind it", () => {
    const stream = Buffer.concat([frame(2, "abcd".repeat(500)), frame(2, "after")]);
    for (const step of [1, 100, 700, stream.length]) {
      const { reader, frames, oversized } = collect(1000);
      for (let at = 0; at < stream.length; at += step) reader.push(stream.subarray(at, at + step));
      assert.deepEqual(oversized, [[2, "abcd"]]);
      assert.deepEqual(frames, [[2, "after"]]);
    }
  });

  it("passes over a length of zero", () => {
    const { reader, frames } = collect(1000);
    reader.push(Buffer.concat([Buffer.alloc(4), frame(1, "x")]));
    assert.deepEqual(frames, [[1, "x"]]);
  });

  it("takes any bytes without failing", () => {
    const { reader } = collect(1000);
    let seed = 7;
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.alloc(37);
      for (let at = 0; at < bytes.length; at++) {
        seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
        bytes[at] = seed >> 16;
      }
      reader.push(bytes);
    }
  });
});

describe("frame parts", () => {
  it("put the length of meta and payload into an invocation's head", () => {
    const head = invokeFrameHead('{"ü":1}', 10);
    assert.equal(head.readUInt32BE(0), 1 + 4 + 8 + 10);
    assert.equal(head.readUInt32BE(5), 8);
    assert.equal(head.toString("utf8", 9), '{"ü":1}');
  });

  it("read short texts, and nothing where the bytes are not there", () => {
    const body = Buffer.from([3, 97, 98, 99, 9, 97]);
    assert.deepEqual(readShortText(body, 0), { text: "abc", end: 4 });
    assert.equal(readShortText(body, 4), undefined);
    assert.equal(readShortText(body, 6), undefined);
  });
});
