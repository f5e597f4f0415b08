import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../testkit/hand-clock.ts";
import { ConcurrencyLedger } from "../dataplane/mod.ts";
import { FunctionPlaces } from "./function-places.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };

describe("a batch that waits for a place", () => {
  it("has its turn among all who wait for the account's places, whoever gives one back", async () => {
    const ledger = new ConcurrencyLedger(1);
    const clock = new HandClock();
    const places = new FunctionPlaces(clock, (...place) => ledger.waitForPlace(...place));
    const slot = ledger.acquire(SCOPE, "other", "other-1");
    assert.ok(typeof slot !== "string");
    const woken: string[] = [];
    ledger.waitForPlace(SCOPE, "first", () => woken.push("first"));
    const waiting = places.wait(SCOPE, "second", 1000).then(() => woken.push("second"));
    ledger.waitForPlace(SCOPE, "third", () => woken.push("third"));
    ledger.release(SCOPE, slot);
    assert.deepEqual(woken, ["first"]);
    const again = ledger.acquire(SCOPE, "other", "other-1");
    assert.ok(typeof again !== "string");
    ledger.release(SCOPE, again);
    await waiting;
    assert.deepEqual([woken, clock.timers], [["first", "second"], 0]);
  });

  it("leaves the line when its time is over", async () => {
    const ledger = new ConcurrencyLedger(1);
    const clock = new HandClock();
    const places = new FunctionPlaces(clock, (...place) => ledger.waitForPlace(...place));
    const waiting = places.wait(SCOPE, "second", 1000);
    let isWoken = false;
    ledger.waitForPlace(SCOPE, "third", () => {
      isWoken = true;
    });
    clock.pass(1000);
    await waiting;
    const slot = ledger.acquire(SCOPE, "other", "other-1");
    assert.ok(typeof slot !== "string");
    ledger.release(SCOPE, slot);
    assert.ok(isWoken);
  });
});
