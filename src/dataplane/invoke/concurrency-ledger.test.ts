import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import type { Scope } from "../../model/mod.ts";
import { ConcurrencyLedger, type Slot } from "./concurrency-ledger.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded";
const UNRESERVED = "ConcurrentInvocationLimitExceeded";

function setUp(accountLimit: number, rateClock?: HandClock) {
  const ledger = new ConcurrencyLedger(accountLimit, rateClock);
  /** Versions are told apart by their configuration; it is the function's name where the test does not care. */
  const refusal = (name: string, configuration = name, scope: Scope = SCOPE): string | undefined => {
    const answer = ledger.acquire(scope, name, configuration);
    return typeof answer === "string" ? answer : undefined;
  };
  const take = (name: string, configuration = name): Slot => {
    const answer = ledger.acquire(SCOPE, name, configuration);
    assert.ok(typeof answer !== "string", `${name} was refused: ${String(answer)}`);
    return answer;
  };
  return { ledger, refusal, take };
}

describe("the concurrency ledger", () => {
  it("lets functions without a reservation share what is left of the account", () => {
    const { ledger, refusal, take } = setUp(3);
    take("a");
    const b = take("b");
    take("a");
    assert.equal(refusal("c"), UNRESERVED);
    ledger.release(SCOPE, b);
    assert.equal(refusal("c"), undefined);
  });

  it("makes a reservation both floor and ceiling", () => {
    const { ledger, refusal, take } = setUp(3);
    ledger.setReserved(SCOPE, "a", 2);
    take("b");
    assert.equal(refusal("b"), UNRESERVED);
    take("a");
    take("a");
    assert.equal(refusal("a"), RESERVED);
  });

  it("blocks a function whose reservation is zero", () => {
    const { ledger, refusal } = setUp(3);
    ledger.setReserved(SCOPE, "a", 0);
    assert.equal(refusal("a"), RESERVED);
  });

  it("moves what is in flight between the pools when a reservation comes and goes", () => {
    const { ledger, refusal, take } = setUp(2);
    const a = take("a");
    ledger.setReserved(SCOPE, "a", 1);
    assert.equal(refusal("a"), RESERVED);
    take("b");
    assert.equal(refusal("b"), UNRESERVED);
    ledger.setReserved(SCOPE, "a", undefined);
    assert.equal(refusal("b"), UNRESERVED);
    ledger.release(SCOPE, a);
    assert.equal(refusal("b"), undefined);
    assert.equal(ledger.inFlight(SCOPE, "a"), 0);
  });

  it("takes what is provisioned for a version out of the account, for that version alone", () => {
    const { ledger, refusal, take } = setUp(3);
    ledger.setProvisioned(SCOPE, "a", "a:1", 2);
    take("b");
    assert.equal(refusal("b"), UNRESERVED);
    assert.equal(refusal("a", "a:latest"), UNRESERVED);
    const first = take("a", "a:1");
    take("a", "a:1");
    assert.equal(refusal("a", "a:1"), UNRESERVED);
    ledger.release(SCOPE, first);
    assert.equal(refusal("a", "a:1"), undefined);
    assert.equal(ledger.inFlight(SCOPE, "a"), 2);
  });

  it("lets a provisioned version spill over into what is free", () => {
    const { ledger, refusal, take } = setUp(3);
    ledger.setProvisioned(SCOPE, "a", "a:1", 1);
    for (let call = 0; call < 3; call++) take("a", "a:1");
    assert.equal(refusal("a", "a:1"), UNRESERVED);
  });

  it("takes what is provisioned out of a reservation where there is one", () => {
    const { ledger, refusal, take } = setUp(10);
    ledger.setReserved(SCOPE, "a", 1);
    ledger.setProvisioned(SCOPE, "a", "a:1", 1);
    assert.equal(refusal("a", "a:latest"), RESERVED);
    take("a", "a:1");
    for (let call = 0; call < 9; call++) take("b");
    assert.equal(refusal("b"), UNRESERVED);
  });

  it("counts what is in flight on demand when the provision is taken away meanwhile", () => {
    const { ledger, refusal, take } = setUp(2);
    ledger.setProvisioned(SCOPE, "a", "a:1", 1);
    const slot = take("a", "a:1");
    ledger.setProvisioned(SCOPE, "a", "a:1", 0);
    take("b");
    assert.equal(refusal("b"), UNRESERVED);
    ledger.setProvisioned(SCOPE, "a", "a:1", 1);
    ledger.release(SCOPE, slot);
    assert.equal(ledger.inFlight(SCOPE, "a"), 0);
    assert.equal(refusal("b"), UNRESERVED);
    assert.equal(refusal("a", "a:1"), undefined);
  });

  it("keeps scopes apart", () => {
    const { refusal, take } = setUp(1);
    take("a");
    assert.equal(refusal("a", "a", { ...SCOPE, region: "eu-west-1" }), undefined);
    assert.equal(refusal("a", "a", { ...SCOPE, accountId: "111111111111" }), undefined);
    assert.equal(refusal("a"), UNRESERVED);
  });

  it("remembers what is in use however many functions there are, and tells of nothing else", () => {
    const { ledger, take } = setUp(10);
    const held = take("held");
    ledger.setReserved(SCOPE, "reserved", 1);
    for (let n = 0; n < 5000; n++) ledger.release(SCOPE, take(`f${n}`));
    assert.deepEqual([...ledger.functions()].map(({ name }) => name).sort(), ["held", "reserved"]);
    assert.equal(ledger.inFlight(SCOPE, "held"), 1);
    ledger.release(SCOPE, held);
    assert.deepEqual(
      [...ledger.functions()].map(({ name }) => name),
      ["reserved"],
    );
    assert.equal(ledger.load(SCOPE, "held").ofAccount, 0);
  });

  describe("where requests a second are limited", () => {
    const calls = (ledger: ConcurrencyLedger, name: string, count: number, isAsync = false) => {
      const refusals: string[] = [];
      for (let call = 0; call < count; call++) {
        const answer = ledger.acquire(SCOPE, name, name, isAsync);
        if (typeof answer === "string") refusals.push(answer);
        else ledger.release(SCOPE, answer);
      }
      return refusals;
    };

    it("lets through ten for each unit of a reservation, and more as time passes", () => {
      const clock = new HandClock();
      const { ledger } = setUp(100, clock);
      ledger.setReserved(SCOPE, "a", 2);
      assert.deepEqual(calls(ledger, "a", 21), ["ReservedFunctionInvocationRateLimitExceeded"]);
      clock.pass(100);
      assert.equal(calls(ledger, "a", 10).length, 8);
      clock.pass(60_000);
      assert.equal(calls(ledger, "a", 30).length, 10, "nothing is saved up");
    });

    it("lets functions without one share ten for each unit of the account's concurrency", () => {
      const { ledger } = setUp(3, new HandClock());
      ledger.setReserved(SCOPE, "own", 1);
      assert.deepEqual(calls(ledger, "a", 20), []);
      assert.deepEqual(calls(ledger, "b", 11), ["FunctionInvocationRateLimitExceeded"]);
      assert.deepEqual(calls(ledger, "own", 10), []);
    });

    it("does not count events", () => {
      const { ledger } = setUp(3, new HandClock());
      assert.deepEqual(calls(ledger, "a", 100, true), []);
    });
  });

  describe("wakes who waits for a place", () => {
    const wait = (ledger: ConcurrencyLedger, ...names: string[]) => {
      const woken: string[] = [];
      for (const name of names) ledger.waitForPlace(SCOPE, name, () => woken.push(name));
      return woken;
    };

    it("one for each that becomes free, the first that can have it", () => {
      const { ledger, take } = setUp(4);
      ledger.setReserved(SCOPE, "own", 1);
      const [shared, another, own] = [take("a"), take("a"), take("own")];
      const woken = wait(ledger, "own", "b", "c", "d");
      ledger.release(SCOPE, shared);
      assert.deepEqual(woken, ["b"]);
      ledger.release(SCOPE, own);
      assert.deepEqual(woken, ["b", "own"]);
      ledger.release(SCOPE, another);
      assert.deepEqual(woken, ["b", "own", "c"]);
    });

    it("none where nothing could run in it", () => {
      const { ledger, take } = setUp(1);
      const slot = take("a");
      const woken = wait(ledger, "b");
      ledger.release(SCOPE, slot, false);
      assert.deepEqual(woken, []);
    });

    it("the function itself where the place is provisioned for it", () => {
      const { ledger, take } = setUp(3);
      ledger.setProvisioned(SCOPE, "p", "p", 1);
      const slot = take("p");
      const woken = wait(ledger, "a", "p");
      ledger.release(SCOPE, slot);
      assert.deepEqual(woken, ["p"]);
    });

    it("all when reservations change", () => {
      const { ledger } = setUp(3);
      ledger.setReserved(SCOPE, "own", 1);
      const woken = wait(ledger, "a", "own");
      ledger.setReserved(SCOPE, "own", 2);
      assert.deepEqual(woken.sort(), ["a", "own"]);
    });
  });
});
