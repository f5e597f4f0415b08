/** Prices against the examples of AWS's own pricing page, and against the limits of its tiers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { UsageCounts, UsageKey, UsageLine } from "../../store/mod.ts";
import { gbSecondsOf, priceUsage, sumOfCosts, tieredCost } from "./cost.ts";
import { PRICES } from "./prices.ts";

const GB_SECOND = 1024 * 1000;
const GB = 1024 ** 3;

function line(counts: Partial<UsageCounts>, key: Partial<UsageKey> = {}): UsageLine {
  return {
    day: "2026-11-21",
    accountId: "000000000000",
    region: "us-east-1",
    functionName: "f",
    version: "$LATEST",
    architecture: "x86_64",
    requests: 0,
    invocations: 0,
    billedMs: 0,
    initMs: 0,
    onDemandMibMs: 0,
    provisionedMibMs: 0,
    provisionMibMs: 0,
    storageMibMs: 0,
    streamedBytes: 0,
    restoredMib: 0,
    ...counts,
    ...key,
  };
}

/** Calls of `ms` each with `memoryMib`. */
function calls(requests: number, ms: number, memoryMib: number): Partial<UsageCounts> {
  return { requests, onDemandMibMs: requests * ms * memoryMib };
}

function monthOf(...lines: UsageLine[]) {
  const { months } = priceUsage(lines);
  assert.equal(months.length, 1);
  const [month] = months;
  assert.ok(month);
  return month;
}

const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

describe("the examples of AWS's pricing page", () => {
  it("a mobile backend: three million calls of 120 ms with 1536 MB", () => {
    const month = monthOf(line(calls(3_000_000, 120, 1536)));
    assert.equal(month.gbSeconds, 540_000);
    assert.equal(cents(month.costAfterFreeTier), 2.73);
    assert.equal(cents(month.cost.requests), 0.6);
    assert.equal(month.freeTier.requests, 1_000_000);
    assert.equal(month.freeTier.gbSeconds, 400_000);
  });

  it("a larger /tmp: six million calls of 280 ms with 2048 MB of it, which nothing is free of", () => {
    const { cost } = monthOf(line({ requests: 6_000_000, storageMibMs: 6_000_000 * 280 * 1536 }));
    assert.equal(cents(cost.ephemeralStorage), 0.08);
  });

  it("the launch of an application: a hundred environments provisioned for eight hours", () => {
    const provisioned = {
      requests: 500_000,
      provisionedMibMs: 500_000 * 100 * 1536,
      provisionMibMs: 100 * 1536 * 28_800_000,
    };
    const { cost, freeTier, costAfterFreeTier } = monthOf(
      line(provisioned, { version: "1" }),
      line(calls(2_500_000, 120, 1536)),
    );
    assert.equal(cents(cost.provisionedConcurrency), 18);
    assert.equal(cents(500_000 * 0.1 * 1.5 * PRICES.compute.x86_64.provisioned), 0.73);
    // The page adds rounded sums: 18 + 0.40 + 0.73 + 0.83.
    assert.equal(cents(costAfterFreeTier), 19.96);
    assert.equal(freeTier.gbSeconds, 400_000);
  });

  it("a shop's chat: two million calls of 280 ms in seven provisioned environments", () => {
    const month = monthOf(
      line({
        requests: 2_000_000,
        provisionedMibMs: 2_000_000 * 280 * 4096,
        provisionMibMs: 7 * 4096 * 86_400_000,
      }),
    );
    assert.equal(cents(month.cost.total), 32.26);
    assert.equal(month.freeTier.gbSeconds, 0);
  });

  it("snapshots: 74,400 restores of 1 GB", () => {
    assert.equal(cents(monthOf(line({ restoredMib: 74_400 * 1024 })).cost.snapStart), 10.4);
  });
});

describe("tiers", () => {
  const x86 = PRICES.compute.x86_64.onDemand;
  const arm = PRICES.compute.arm64.onDemand;

  it("change price at 6 and 15 billion GB-seconds on x86, 7.5 and 18.75 on arm", () => {
    const near = (is: number, should: number) => assert.ok(Math.abs(is - should) < 1e-3, `${is} ${should}`);
    near(tieredCost(6e9, x86), 100_000.2);
    near(tieredCost(6e9 + 1000, x86), 100_000.2 + 0.015);
    near(tieredCost(15e9, x86), 100_000.2 + 135_000);
    near(tieredCost(15e9 + 1e9, x86), 235_000.2 + 13_333.4);
    near(tieredCost(7.5e9, arm), 100_000.5);
    near(tieredCost(18.75e9, arm), 100_000.5 + 135_001.125);
    near(tieredCost(20e9, arm), 235_001.625 + 1.25e9 * 0.0000106667);
    assert.equal(tieredCost(0, x86), 0);
  });

  it("count one account, region, architecture and month; each of its lines pays the same rate", () => {
    const half = { onDemandMibMs: 6e9 * GB_SECOND };
    const shared = priceUsage([line(half, { functionName: "a" }), line(half, { functionName: "b" })]);
    const [first, second] = shared.lines.map(({ cost }) => cost.compute);
    assert.equal(first, second);
    assert.ok(Math.abs((first ?? 0) * 2 - tieredCost(12e9, x86)) < 0.01);
    const apart: Partial<UsageKey>[] = [
      { region: "eu-west-1" },
      { accountId: "111111111111" },
      { day: "2026-12-01" },
    ];
    for (const key of apart) {
      for (const { cost } of priceUsage([line(half), line(half, key)]).lines) {
        assert.ok(Math.abs(cost.compute - 100_000.2) < 0.01);
      }
    }
  });
});

describe("the free tier", () => {
  it("is had each month by each account, and once for all regions and architectures", () => {
    const used = { requests: 1_500_000, onDemandMibMs: 300_000 * GB_SECOND };
    const { months } = priceUsage([
      line(used),
      line(used, { region: "eu-west-1", architecture: "arm64" }),
      line(used, { day: "2026-12-01" }),
      line(used, { accountId: "111111111111" }),
    ]);
    assert.deepEqual(
      months.map(({ month, accountId, freeTier }) => [
        month,
        accountId,
        freeTier.requests,
        freeTier.gbSeconds,
      ]),
      [
        ["2026-11", "000000000000", 1_000_000, 400_000],
        ["2026-11", "111111111111", 1_000_000, 300_000],
        ["2026-12", "000000000000", 1_000_000, 300_000],
      ],
    );
  });

  it("covers a hundred GB of streamed responses", () => {
    const month = monthOf(line({ streamedBytes: 150 * GB }));
    assert.equal(cents(month.cost.total), 1.2);
    assert.equal(cents(month.costAfterFreeTier), 0.4);
  });

  it("leaves exactly nothing to pay for little use, of however many functions", () => {
    assert.equal(monthOf(line(calls(1000, 100, 128))).costAfterFreeTier, 0);
    const counts = fc.record({
      requests: fc.nat(10_000),
      onDemandMibMs: fc.nat(1_000_000_000),
      architecture: fc.constantFrom("x86_64", "arm64"),
    });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 100 }), (all) => {
        const { months } = priceUsage(all.map((each) => line(each)));
        assert.equal(months[0]?.costAfterFreeTier, 0);
      }),
    );
  });

  it("never gives money back", () => {
    const counts = fc.record({
      requests: fc.nat(10_000_000),
      onDemandMibMs: fc.nat(2 ** 31).map((value) => value * 1000),
      provisionedMibMs: fc.nat(2 ** 31),
      streamedBytes: fc.nat(2 ** 31),
      architecture: fc.constantFrom("x86_64", "arm64"),
      day: fc.constantFrom("2026-11-01", "2026-11-02", "2026-12-01"),
    });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1 }), (all) => {
        const { lines, months } = priceUsage(all.map((each) => line(each)));
        const total = sumOfCosts(lines.map(({ cost }) => cost)).total;
        const ofMonths = months.reduce((sum, { cost }) => sum + cost.total, 0);
        assert.ok(Math.abs(total - ofMonths) < 1e-6);
        for (const { costAfterFreeTier, cost } of months) {
          assert.ok(costAfterFreeTier >= 0 && costAfterFreeTier <= cost.total);
        }
      }),
    );
  });
});

it("GB-seconds are memory times time, of both kinds of environments", () => {
  assert.equal(gbSecondsOf(line({ onDemandMibMs: 512 * 2000, provisionedMibMs: 1024 * 1000 })), 2);
});
