import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { observedFunction } from "../../testkit/observations.ts";
import { newSpanId, readTrace, traceOf } from "./trace-header.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const ID = "0d5a3c62-7a5d-4a1e-9a64-0123456789ab";
const CALLER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";
const of = (given: string | undefined, functionName = "f", Mode = "PassThrough") =>
  traceOf(given, ID, {
    scope: SCOPE,
    target: observedFunction(functionName, { TracingConfig: { Mode } }),
    nowMs: 1_700_000_000_000,
  });

describe("the trace header of an invocation", () => {
  it("begins a chain with the request's id", () => {
    const { header, earlierRuns, callerSpanId } = of(undefined);
    assert.match(
      header,
      /^Root=1-6553f100-0d5a3c627a5d4a1e9a640123;Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$/,
    );
    assert.equal(earlierRuns, 0);
    assert.equal(callerSpanId, undefined);
  });

  it("names the invocation itself as the parent of what the function calls, each with an id of its own", () => {
    const [one, other] = [of(CALLER), of(CALLER)];
    assert.equal(one.callerSpanId, "53995c3f42cd8ad8");
    const parents = [one, other].map(({ header }) => readTrace(header)?.parent);
    assert.equal(new Set([...parents, "53995c3f42cd8ad8"]).size, 3);
  });

  it("is sampled as its chain is; where nobody has decided, as the function's tracing says", () => {
    const sampled = (given: string | undefined, mode: string) =>
      readTrace(of(given, "f", mode).header)?.isSampled;
    for (const [given, whenActive, otherwise] of [
      [undefined, true, false],
      [CALLER, true, false],
      [`${CALLER};Sampled=?`, true, false],
      [`${CALLER};Sampled=1`, true, true],
      [`${CALLER};Sampled=0`, false, false],
    ] as const) {
      assert.equal(sampled(given, "Active"), whenActive, String(given));
      assert.equal(sampled(given, "PassThrough"), otherwise, String(given));
    }
  });

  it("keeps the caller's chain, and counts each function's runs", () => {
    let header = of(`${CALLER};Sampled=1`).header;
    assert.match(header, /^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=[0-9a-f]{16};Sampled=1;/);
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
        assert.match(header, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01];Lineage=/i);
        assert.ok(header.length < 400);
        assert.ok(readTrace(header));
        readTrace(text);
      }),
    );
  });
});

it("the id of a span is sixteen hexadecimal digits", () => {
  for (let index = 0; index < 100; index++) assert.match(newSpanId(), /^[0-9a-f]{16}$/);
});
