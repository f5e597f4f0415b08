/** How many are made ahead, by a clock that the test owns. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { Stock } from "./stock.ts";

function open({ readyMax = 100, hasRoom = () => true }: { readyMax?: number; hasRoom?: () => boolean } = {}) {
  const clock = new HandClock();
  const faults: unknown[] = [];
  const made: { fails?: boolean; atOnce: number; atOnceMax: number; count: number; discarded: number } = {
    ...{ atOnce: 0, atOnceMax: 0, count: 0, discarded: 0 },
  };
  const stock = new Stock<number>({
    clock,
    make: async () => {
      made.atOnce++;
      made.atOnceMax = Math.max(made.atOnceMax, made.atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      made.atOnce--;
      if (made.fails === true) throw new Error("no more");
      return made.count++;
    },
    discard: async () => {
      made.discarded++;
    },
    spoiled: () => new Promise(() => {}),
    readyMax,
    hasRoom,
    reportFault: (error) => faults.push(error),
  });
  const takeMany = (count: number) => {
    for (let at = 0; at < count; at++) stock.take();
  };
  /** Lets what is under way come to its end. */
  const refilled = async () => {
    clock.pass(ENVIRONMENT_LIMITS.parkingDelayMs);
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, faults, made, stock, takeMany, refilled };
}

describe("what is made ahead", () => {
  it("is one at first, and as many as there were misses after a burst, few at a time", async () => {
    const { made, stock, takeMany, refilled } = open();
    stock.refillSoon();
    await refilled();
    assert.equal(stock.readyCount, 1);
    takeMany(50);
    assert.equal(stock.readyCount, 0);
    await refilled();
    assert.equal(stock.readyCount, 50);
    assert.equal(made.atOnceMax, ENVIRONMENT_LIMITS.madeAheadAtOnceMax);
    await stock.close();
    assert.equal(made.discarded, 50);
  });

  it("is never more than allowed, and none where there is no room", async () => {
    const few = open({ readyMax: 3 });
    few.takeMany(50);
    await few.refilled();
    assert.equal(few.stock.readyCount, 3);
    let isRoom = true;
    const full = open({ hasRoom: () => isRoom });
    full.takeMany(9);
    isRoom = false;
    await full.refilled();
    assert.equal(full.stock.readyCount, 0);
  });

  it("halves at each review what was not needed, down to one", async () => {
    const { clock, stock, takeMany, refilled } = open();
    takeMany(39);
    await refilled();
    const counts: number[] = [];
    for (let review = 0; review < 9; review++) {
      clock.pass(ENVIRONMENT_LIMITS.parkingReviewMs);
      counts.push(stock.readyCount);
    }
    // The first review knows that none was ready for a while.
    assert.deepEqual(counts, [40, 20, 10, 5, 2, 1, 1, 1, 1]);
    await stock.close();
  });

  it("is left alone after a failure until somebody asks again", async () => {
    const { faults, made, stock, takeMany, refilled } = open();
    made.fails = true;
    takeMany(10);
    await refilled();
    assert.equal(faults.length, ENVIRONMENT_LIMITS.madeAheadAtOnceMax);
    made.fails = false;
    takeMany(1);
    await refilled();
    assert.ok(stock.readyCount >= 10);
    await stock.close();
  });
});
