/** What an aggregate still knows of its values, and how far off its percentiles are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MetricAggregate } from "./metric-aggregate.ts";

function aggregate(values: readonly number[]): MetricAggregate {
  const result = new MetricAggregate();
  for (const value of values) result.add(value);
  return result;
}

/** Through the bytes that are stored. */
function copied(one: MetricAggregate): MetricAggregate {
  return MetricAggregate.of(one, one.encodeDistribution());
}

const VALUES = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });

test("percentiles are within one per cent of the value at that rank", () => {
  fc.assert(
    fc.property(VALUES, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const sorted = values.toSorted((one, other) => one - other);
      const exact = sorted[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)] ?? 0;
      const found = copied(aggregate(values)).percentile(percent) ?? Number.NaN;
      assert.ok(Math.abs(found - exact) <= Math.abs(exact) * 0.0101 + 1e-100, `${found} for ${exact}`);
    }),
  );
});

test("two parts put together are the same as the whole, in whatever order", () => {
  fc.assert(
    fc.property(VALUES, VALUES, (some, others) => {
      const whole = aggregate([...some, ...others]);
      const merged = copied(aggregate(others));
      merged.merge(copied(aggregate(some)));
      assert.equal(merged.count, whole.count);
      assert.equal(merged.minimum, whole.minimum);
      assert.equal(merged.maximum, whole.maximum);
      for (const percent of [10, 50, 90]) assert.equal(merged.percentile(percent), whole.percentile(percent));
    }),
  );
});

test("values that are all the same need no distribution", () => {
  const same = aggregate([3, 3, 3]);
  assert.equal(same.encodeDistribution(), undefined);
  assert.equal(copied(same).percentile(99), 3);
  const merged = aggregate([3]);
  merged.merge(copied(same));
  assert.equal(merged.encodeDistribution(), undefined);
  merged.add(5);
  assert.equal(merged.percentile(100), 5);
  assert.equal(merged.percentile(50), 3);
});

test("a summary takes the percentiles away, through the store, too", () => {
  const one = aggregate([1, 2]);
  one.addSummary(4, 20, 1, 9);
  assert.deepEqual([one.count, one.sum, one.maximum, one.percentile(50)], [6, 23, 9, undefined]);
  const merged = aggregate([1]);
  merged.merge(copied(one));
  assert.equal(merged.percentile(50), undefined);
  assert.equal(merged.count, 7);
});

test("the distribution of however different values is bounded", () => {
  const wide = new MetricAggregate();
  for (let power = -350; power < 350; power += 0.01) wide.add(2 ** power);
  assert.ok((wide.encodeDistribution()?.length ?? 0) <= 1024 * 6);
  const exact = 2 ** 343;
  assert.ok(Math.abs((wide.percentile(99) ?? 0) - exact) <= exact * 0.02);
});
