/** What is typed about a mapping, and what is asked of the server for it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Draft, draftOf, isReady, needsWindow, patternProblem, requestOf } from "./mapping-form.ts";
import type { Mapping } from "./words.ts";

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";

function draft(change: Partial<Draft> = {}): Draft {
  return { ...draftOf(undefined, "worker"), sourceArn: QUEUE, ...change };
}

const FILTERED: Mapping = {
  EventSourceArn: QUEUE,
  BatchSize: 10,
  State: "Enabled",
  ScalingConfig: { MaximumConcurrency: 5 },
  FilterCriteria: { Filters: [{ Pattern: "{}" }] },
};

describe("what is asked for a mapping", () => {
  it("leaves out what was never set", () => {
    assert.deepEqual(requestOf(draft(), undefined), {
      Enabled: true,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: [],
    });
  });

  it("takes back filters and the bound on concurrency with empty ones", () => {
    const asked = requestOf({ ...draftOf(FILTERED, "worker"), concurrency: "", patterns: [] }, FILTERED);
    assert.deepEqual(asked.FilterCriteria, { Filters: [] });
    assert.deepEqual(asked.ScalingConfig, {});
  });

  it("says nothing of a window to a FIFO queue", () => {
    const asked = requestOf(draft({ sourceArn: `${QUEUE}.fifo` }), undefined);
    assert.equal("MaximumBatchingWindowInSeconds" in asked, false);
  });
});

describe("what is typed about a mapping", () => {
  it("is ready with a source, a function and numbers in their bounds", () => {
    assert.ok(isReady(draft()));
    assert.equal(isReady(draft({ sourceArn: "" })), false);
    assert.equal(isReady(draft({ batchSize: "0" })), false);
    assert.equal(isReady(draft({ concurrency: "1" })), false);
    assert.equal(isReady(draft({ sourceArn: `${QUEUE}.fifo`, batchSize: "11" })), false);
  });

  it("needs a window for more messages than a queue gives at once", () => {
    assert.ok(needsWindow(draft({ batchSize: "11" })));
    assert.equal(needsWindow(draft({ batchSize: "11", windowSeconds: "1" })), false);
  });

  it("takes JSON objects for patterns", () => {
    assert.equal(patternProblem('{"body": {}}'), undefined);
    assert.match(patternProblem("[1]") ?? "", /object/);
    assert.match(patternProblem("{") ?? "", /not JSON/);
  });
});
