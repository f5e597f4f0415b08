import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { LogPace, readAtPace } from "./log-pace.ts";

const { logBurstBytes, logBytesPerSecondMax } = ENVIRONMENT_LIMITS;

describe("the pace of a log", () => {
  it("lets a burst pass, then as much as fits its time", () => {
    const clock = new HandClock();
    const pace = new LogPace(clock);
    assert.equal(pace.take(logBurstBytes), 0);
    assert.equal(pace.take(logBytesPerSecondMax), 1000);
    clock.pass(1500);
    assert.equal(pace.take(logBytesPerSecondMax / 2), 0);
    clock.pass(60_000);
    assert.equal(pace.take(logBurstBytes), 0, "quiet times save no more than a burst");
    assert.ok(pace.take(1) > 0);
  });

  it("holds a pipe back and loses nothing", async () => {
    const clock = new HandClock();
    const pipe = new PassThrough();
    let bytes = 0;
    readAtPace(pipe, clock, (chunk) => {
      bytes += chunk.length;
    });
    const chunk = Buffer.alloc(logBurstBytes);
    pipe.write(chunk);
    pipe.write(Buffer.from("more"));
    pipe.end(chunk);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(pipe.isPaused(), true);
    assert.ok(bytes < 2 * chunk.length);
    const ended = new Promise((resolve) => pipe.once("end", resolve));
    for (let round = 0; round < 10; round++) {
      clock.pass(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    assert.equal(bytes, 2 * chunk.length + 4);
  });
});
