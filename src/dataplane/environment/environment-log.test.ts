import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { systemClock } from "../../kit/mod.ts";
import { EnvironmentLog } from "./environment-log.ts";

function logWith() {
  const messages: string[] = [];
  const stream = { accountId: "000000000000", region: "us-east-1", group: "g", stream: "s" };
  const log = new EnvironmentLog(
    stream,
    { write: (_stream, event) => messages.push(event.message) },
    systemClock,
  );
  return { log, messages };
}

describe("an environment's log", () => {
  it("makes an event of each line, however the bytes are cut", () => {
    const text = Buffer.from("one\ntwö\n\nthree\n");
    for (const step of [1, 2, 3, text.length]) {
      const { log, messages } = logWith();
      for (let at = 0; at < text.length; at += step) log.push(text.subarray(at, at + step));
      assert.deepEqual(messages, ["one\n", "twö\n", "\n", "three\n"]);
    }
  });

  it("joins the lines of one record", () => {
    const { log, messages } = logWith();
    log.push(Buffer.from("first\x1f\nsecond\x1f\nthird\nnext\n"));
    assert.deepEqual(messages, ["first\nsecond\nthird\n", "next\n"]);
  });

  it("makes an event of text without an end when the invocation ends", () => {
    const { log, messages } = logWith();
    log.push(Buffer.from("no end"));
    assert.deepEqual(messages, []);
    log.flushPartial();
    log.flushPartial();
    assert.deepEqual(messages, ["no end"]);
  });

  it("cuts endless lines and endless records into events of bounded size", () => {
    const { log, messages } = logWith();
    for (let index = 0; index < 10; index++)
      log.push(Buffer.alloc(ENVIRONMENT_LIMITS.logEventBytesMax / 4, "x"));
    for (let index = 0; index < 10; index++) {
      log.push(Buffer.from(`${"y".repeat(ENVIRONMENT_LIMITS.logEventBytesMax / 4)}\x1f\n`));
    }
    log.flushPartial();
    assert.ok(messages.length >= 4);
    for (const message of messages) assert.ok(message.length <= 2 * ENVIRONMENT_LIMITS.logEventBytesMax);
  });

  it("keeps exactly the last 4 KB for the tail", () => {
    const { log } = logWith();
    log.write("before the tail\n");
    log.startTail();
    for (let index = 0; index < 1000; index++) log.write(`line ${index}\n`);
    const tail = log.takeTail()?.toString() ?? "";
    assert.equal(tail.length, 4096);
    assert.ok(tail.endsWith("line 998\nline 999\n"));
    assert.equal(log.takeTail(), undefined);
  });
});
