import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConcurrencyLedger } from "./concurrency-ledger.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded";
const UNRESERVED = "ConcurrentInvocationLimitExceeded";

describe("the concurrency ledger", () => {
  it("lets functions without a reservation share what is left of the account", () => {
    const ledger = new ConcurrencyLedger(3);
    assert.equal(ledger.acquire(SCOPE, "a"), undefined);
    assert.equal(ledger.acquire(SCOPE, "b"), undefined);
    assert.equal(ledger.acquire(SCOPE, "a"), undefined);
    assert.equal(ledger.acquire(SCOPE, "c"), UNRESERVED);
    ledger.release(SCOPE, "b");
    assert.equal(ledger.acquire(SCOPE, "c"), undefined);
  });

  it("makes a reservation both floor and ceiling", () => {
    const ledger = new ConcurrencyLedger(3);
    ledger.setReserved(SCOPE, "a", 2);
    assert.equal(ledger.acquire(SCOPE, "b"), undefined);
    assert.equal(ledger.acquire(SCOPE, "b"), UNRESERVED);
    assert.equal(ledger.acquire(SCOPE, "a"), undefined);
    assert.equal(ledger.acquire(SCOPE, "a"), undefined);
    assert.equal(ledger.acquire(SCOPE, "a"), RESERVED);
  });

  it("blocks a function whose reservation is zero", () => {
    const ledger = new ConcurrencyLedger(3);
    ledger.setReserved(SCOPE, "a", 0);
    assert.equal(ledger.acquire(SCOPE, "a"), RESERVED);
  });

  it("moves what is in flight between the pools when a reservation comes and goes", () => {
    const ledger = new ConcurrencyLedger(2);
    assert.equal(ledger.acquire(SCOPE, "a"), undefined);
    ledger.setReserved(SCOPE, "a", 1);
    assert.equal(ledger.acquire(SCOPE, "a"), RESERVED);
    assert.equal(ledger.acquire(SCOPE, "b"), undefined);
    assert.equal(ledger.acquire(SCOPE, "b"), UNRESERVED);
    ledger.setReserved(SCOPE, "a", undefined);
    assert.equal(ledger.acquire(SCOPE, "b"), UNRESERVED);
    ledger.release(SCOPE, "a");
    assert.equal(ledger.acquire(SCOPE, "b"), undefined);
    assert.equal(ledger.inFlight(SCOPE, "a"), 0);
  });

  it("keeps scopes apart", () => {
    const ledger = new ConcurrencyLedger(1);
    assert.equal(ledger.acquire(SCOPE, "a"), undefined);
    assert.equal(ledger.acquire({ ...SCOPE, region: "eu-west-1" }, "a"), undefined);
    assert.equal(ledger.acquire({ ...SCOPE, accountId: "111111111111" }, "a"), undefined);
    assert.equal(ledger.acquire(SCOPE, "a"), UNRESERVED);
  });
});
