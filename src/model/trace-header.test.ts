import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { traceOf } from "./trace-header.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const ID = "0d5a3c62-7a5d-4a1e-9a64-0123456789ab";
const of = (given: string | undefined, functionName = "f") =>
  traceOf(given, ID, { scope: SCOPE, functionName, nowMs: 1_700_000_000_000 });

describe("the trace header of an invocation", () => {
  it("begins a chain with the request's id", () => {
    const { header, earlierRuns } = of(undefined);
    assert.match(
      header,
      /^Root=1-6553f100-0d5a3c627a5d4a1e9a640123;Parent=9a640123456789ab;Sampled=0;Lineage=1:[0-9a-f]{8}:0$/,
    );
    assert.equal(earlierRuns, 0);
  });

  it("keeps the caller's chain, and counts each function's runs", () => {
    let header = of("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1").header;
    assert.match(header, /^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;/);
    for (let run = 1; run <= 20; run++) {
      header = of(header, "g").header;
      const mine = of(header);
      assert.equal(mine.earlierRuns, run);
      header = mine.header;
    }
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { header } = of(text);
        assert.match(header, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01?];Lineage=/i);
        assert.ok(header.length < 400);
      }),
    );
  });
});
