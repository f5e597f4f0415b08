/** What every UsageStore must do, as tests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { USAGE_COUNTS, type UsageLine, type UsageStore } from "../usage-store.ts";
import { type Open, withStore } from "./opened.ts";

const ALL = { fromDay: "0000-01-01", toDay: "9999-12-31", limit: 1000 };

export function usageStoreContract(name: string, open: Open<UsageStore>): void {
  describe(`${name}: usage`, () => {
    it("adds to what is there of the same key, and keeps it", () =>
      withStore(open, async (store, { reopen }) => {
        await store.add([line({}), line({ version: "2" })]);
        await store.add([line({})]);
        const twice = Object.fromEntries(USAGE_COUNTS.map((count, index) => [count, 2 * (index + 1)]));
        assert.deepEqual(await (await reopen()).list(ALL), [
          { ...line({}), ...twice },
          line({ version: "2" }),
        ]);
      }));

    it("holds sums that are larger than 32 bits", () =>
      withStore(open, async (store) => {
        const onDemandMibMs = 2 ** 50 + 1;
        await store.add([line({ onDemandMibMs })]);
        await store.add([line({ onDemandMibMs })]);
        assert.equal((await store.list(ALL))[0]?.onDemandMibMs, 2 * onDemandMibMs);
      }));

    it("gives the days asked for, in order, of whom was asked for", () =>
      withStore(open, async (store) => {
        const days = ["2026-11-03", "2026-11-01", "2026-10-31", "2026-11-02"];
        await store.add(days.map((day) => line({ day })));
        await store.add([
          line({ day: "2026-11-01", accountId: "111111111111" }),
          line({ day: "2026-11-01", region: "eu-west-1" }),
          line({ day: "2026-11-01", functionName: "other" }),
        ]);
        const november = { fromDay: "2026-11-01", toDay: "2026-11-02", limit: 10 };
        const found = async (query: object) =>
          (await store.list({ ...november, ...query })).map(({ day, accountId, region, functionName }) =>
            [day.slice(8), accountId.slice(0, 1), region.slice(0, 2), functionName].join(" "),
          );
        const us = ["01 0 us f", "01 0 us other"];
        assert.deepEqual(await found({}), ["01 0 eu f", ...us, "01 1 us f", "02 0 us f"]);
        assert.deepEqual(await found({ limit: 1 }), ["01 0 eu f"]);
        assert.deepEqual(await found({ accountId: "111111111111" }), ["01 1 us f"]);
        assert.deepEqual(await found({ region: "eu-west-1" }), ["01 0 eu f"]);
        assert.deepEqual(await found({ functionName: "other" }), ["01 0 us other"]);
      }));

    it("forgets days before a day", () =>
      withStore(open, async (store) => {
        await store.add([line({ day: "2025-01-01" }), line({ day: "2025-01-02" })]);
        await store.removeBefore("2025-01-02");
        assert.deepEqual(
          (await store.list(ALL)).map(({ day }) => day),
          ["2025-01-02"],
        );
      }));
  });
}

/** Its counts are 1, 2, 3 and so on, so that none can stand in for another. */
function line(more: Partial<UsageLine>): UsageLine {
  const counts = Object.fromEntries(USAGE_COUNTS.map((count, index) => [count, index + 1]));
  return {
    day: "2026-11-21",
    accountId: "000000000000",
    region: "us-east-1",
    functionName: "f",
    version: "$LATEST",
    architecture: "x86_64",
    ...(counts as Record<(typeof USAGE_COUNTS)[number], number>),
    ...more,
  };
}
