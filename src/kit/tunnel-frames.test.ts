import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TUNNEL, TunnelReader, tunnelFrame } from "./tunnel-frames.ts";

describe("the frames of a tunnel", () => {
  it("come out as they went in, however they are cut on the way", () => {
    const bytes = Buffer.concat([
      tunnelFrame(TUNNEL.input, Buffer.from("ls -la\n")),
      tunnelFrame(TUNNEL.input, Buffer.alloc(0)),
      tunnelFrame(TUNNEL.end, { code: 7 }),
    ]);
    for (let size = 1; size <= bytes.length; size++) {
      const seen: string[] = [];
      const reader = new TunnelReader((kind, body) => seen.push(`${kind} ${body.toString()}`));
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      assert.deepEqual(seen, ["0 ls -la\n", "0 ", '4 {"code":7}']);
    }
  });

  it("are refused when they are longer than any of ours", () => {
    const reader = new TunnelReader(() => {});
    assert.throws(() => reader.push(Buffer.from("GET / HTTP/1.1\r\n")), /longer/);
  });
});
