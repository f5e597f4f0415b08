import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { FRONT_LIMITS } from "../../config/mod.ts";
import type { TunnelMessage } from "./messages.ts";
import { TunnelWire } from "./tunnel-wire.ts";

/** Two ends with copies between them, one turn of the event loop apart. */
function connected(): { here: TunnelWire; there: TunnelWire } {
  const here: TunnelWire = new TunnelWire(1, (message) => later(() => there.receive(message)));
  const there: TunnelWire = new TunnelWire(1, (message) => later(() => here.receive(message)));
  return { here, there };
}

function later(work: () => void): void {
  setImmediate(work);
}

async function textOf(wire: TunnelWire): Promise<string> {
  let text = "";
  for await (const chunk of wire) text += String(chunk);
  return text;
}

describe("a tunnel between two threads", () => {
  it("carries bytes both ways, and its end", async () => {
    const { here, there } = connected();
    here.write("hel");
    here.write("lo");
    there.once("data", () => there.end("world"));
    assert.equal(await textOf(here), "world");
    assert.ok(here.writableEnded, "who has heard the end says no more");
  });

  it("has only so much on its way, whatever is written", async () => {
    const sent: TunnelMessage[] = [];
    const wire = new TunnelWire(1, (message) => sent.push(message));
    const chunk = Buffer.alloc(FRONT_LIMITS.tunnelBytesAheadMax / 4);
    for (let count = 0; count < 100; count++) wire.write(chunk);
    await new Promise(setImmediate);
    assert.equal(sent.length, 4);
    wire.receive(["taken", 1, chunk.length]);
    await new Promise(setImmediate);
    assert.equal(sent.length, 5);
  });

  it("says that bytes were taken only when somebody took them", async () => {
    const sent: TunnelMessage[] = [];
    const wire = new TunnelWire(1, (message) => sent.push(message));
    for (let count = 0; count < 4; count++) wire.receive(["bytes", 1, Buffer.alloc(64 * 1024)]);
    await new Promise(setImmediate);
    assert.deepEqual(sent, []);
    wire.resume();
    await new Promise(setImmediate);
    const taken = sent.reduce((sum, message) => sum + (message[0] === "taken" ? message[2] : 0), 0);
    assert.equal(taken, 4 * 64 * 1024);
  });

  it("is closed at both ends when one is destroyed, and a writer that waits is let go", async () => {
    const { here, there } = connected();
    const waits = here.write(Buffer.alloc(2 * FRONT_LIMITS.tunnelBytesAheadMax));
    assert.equal(waits, false);
    there.destroy();
    await once(here, "close");
    assert.ok(here.destroyed);
  });
});
