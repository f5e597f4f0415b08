import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BatchConcurrency, concurrencyBounds } from "./batch-concurrency.ts";

describe("the number of batches in flight", () => {
  it("grows once a second while all places are taken, up to its bound, and falls back when the queue is quiet", () => {
    const concurrency = new BatchConcurrency(concurrencyBounds({}));
    let inFlight = 0;
    const fill = (): void => {
      for (; concurrency.hasRoom; inFlight++) concurrency.begin(1);
    };
    fill();
    assert.equal(inFlight, 5);
    for (let second = 0; second < 60; second++) {
      assert.equal(concurrency.full(second * 1000), 1000);
      assert.equal(concurrency.full(second * 1000 + 400), 600);
      concurrency.grow(second * 1000 + 999);
      assert.equal(concurrency.hasRoom, false);
      concurrency.grow(second * 1000 + 1000);
      fill();
    }
    assert.equal(inFlight, 305);
    for (let second = 60; second < 400; second++) {
      concurrency.full(second * 1000);
      concurrency.grow(second * 1000 + 1000);
      fill();
    }
    assert.equal(inFlight, 1250);
    assert.equal(concurrency.full(400_000), undefined);
    concurrency.quiet();
    assert.equal(concurrency.limit, 5);
  });

  it("is what runs after a throttle, and nothing begins beside a throttled batch", () => {
    const concurrency = new BatchConcurrency(concurrencyBounds({}));
    for (let batch = 0; batch < 4; batch++) concurrency.begin(1);
    concurrency.throttled();
    assert.equal(concurrency.limit, 3);
    concurrency.throttled();
    assert.equal(concurrency.limit, 2);
    concurrency.end(1);
    concurrency.end(1);
    assert.equal(concurrency.hasRoom, false);
    concurrency.admitted();
    concurrency.admitted();
    assert.equal(concurrency.hasRoom, false);
    concurrency.end(1);
    assert.equal(concurrency.hasRoom, true);
  });

  it("is bounded by what events take in memory", () => {
    const concurrency = new BatchConcurrency(concurrencyBounds({}));
    concurrency.begin(256 * 1024 * 1024);
    assert.equal(concurrency.hasRoom, false);
    assert.equal(concurrency.full(0), undefined);
    concurrency.end(256 * 1024 * 1024);
    assert.equal(concurrency.hasRoom, true);
  });

  it("follows MaximumConcurrency and the pollers of provisioned mode", () => {
    assert.deepEqual(concurrencyBounds({ ScalingConfig: { MaximumConcurrency: 2 } }), { atStart: 2, max: 2 });
    assert.deepEqual(concurrencyBounds({ ScalingConfig: {} }), { atStart: 5, max: 1250 });
    assert.deepEqual(concurrencyBounds({ ProvisionedPollerConfig: {} }), { atStart: 20, max: 2000 });
    const provisioned = { MinimumPollers: 3, MaximumPollers: 4 };
    assert.deepEqual(concurrencyBounds({ ProvisionedPollerConfig: provisioned }), { atStart: 30, max: 40 });
    const concurrency = new BatchConcurrency({ atStart: 5, max: 1250 });
    concurrency.reconfigure({ atStart: 2, max: 2 });
    assert.equal(concurrency.limit, 2);
  });
});
