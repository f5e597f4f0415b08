/** What every EventSourceMappingStore must do, as tests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { EventSourceMapping, Scope } from "../../model/mod.ts";
import type { EventSourceMappingStore, MappingQuery } from "../event-source-mapping-store.ts";
import { byBytes, collect, type Open, withStore } from "./opened.ts";

const RUNS = 50;
const HERE = { accountId: "000000000000", region: "us-east-1" };
const ELSEWHERE = { accountId: "000000000000", region: "eu-west-1" };
const SOMEBODY = { accountId: "111111111111", region: "us-east-1" };
/** More than any store reads at once. */
const MANY = 1200;

export function eventSourceMappingStoreContract(name: string, open: Open<EventSourceMappingStore>): void {
  describe(`${name}: event source mappings`, () => {
    it("keeps a mapping with everything that is said of it", () =>
      withStore(open, async (store, { reopen }) => {
        const whole = mapping("a", {
          sourceArn: "arn:aws:sqs:us-east-1:000000000000:q",
          qualifier: "live",
          settings: {
            BatchSize: 7,
            FilterCriteria: { Filters: [{ Pattern: '{"\u0000": ["😀", "\ud800"]}' }] },
          },
          tags: { "": "", team: "ü" },
        });
        await store.write(HERE, whole);
        assert.deepEqual(await (await reopen()).find(HERE, "a"), whole);
      }));

    it("replaces the whole of a mapping, and what it is found by", () =>
      withStore(open, async (store) => {
        await store.write(HERE, mapping("a", { sourceArn: "old", qualifier: "1", functionName: "f" }));
        await store.write(HERE, mapping("a", { functionName: "g" }));
        assert.deepEqual(await store.find(HERE, "a"), mapping("a", { functionName: "g" }));
        assert.deepEqual(await uuids(store, { sourceArn: "old" }), []);
        assert.deepEqual(await uuids(store, { functionName: "f" }), []);
        assert.deepEqual(await uuids(store, { functionName: "g", qualifier: "1" }), []);
        assert.deepEqual(await uuids(store, { functionName: "g" }), ["a"]);
      }));

    it("keeps accounts and regions apart", () =>
      withStore(open, async (store) => {
        for (const [index, scope] of [HERE, ELSEWHERE, SOMEBODY].entries()) {
          await store.write(scope, mapping("same", { lastModifiedMs: index }));
        }
        await store.delete(ELSEWHERE, "same");
        assert.equal((await store.find(HERE, "same"))?.lastModifiedMs, 0);
        assert.equal(await store.find(ELSEWHERE, "same"), undefined);
        assert.equal(await store.update(ELSEWHERE, "same", (one) => one), false);
        assert.equal((await store.find(SOMEBODY, "same"))?.lastModifiedMs, 2);
        assert.deepEqual(await store.list(ELSEWHERE, { limit: 10 }), []);
        const all = await collect(store.listAll());
        assert.deepEqual(
          all.map(({ scope, mapping: one }) => [scope.accountId, scope.region, one.uuid]).sort(),
          [HERE, SOMEBODY].map(({ accountId, region }) => [accountId, region, "same"]),
        );
      }));

    it("does nothing when what is deleted is not there", () =>
      withStore(open, async (store) => {
        await store.delete(HERE, "nobody");
        assert.equal(await store.find(HERE, "nobody"), undefined);
      }));

    it("loses no update of many at the same time", () =>
      withStore(open, async (store) => {
        await store.write(HERE, mapping("a", { lastModifiedMs: 0 }));
        const add = (one: EventSourceMapping) => ({ ...one, lastModifiedMs: one.lastModifiedMs + 1 });
        const done = await Promise.all(Array.from({ length: 20 }, () => store.update(HERE, "a", add)));
        assert.ok(done.every((found) => found));
        assert.equal((await store.find(HERE, "a"))?.lastModifiedMs, 20);
      }));

    it("changes nothing where the change throws, and goes on", () =>
      withStore(open, async (store) => {
        await store.write(HERE, mapping("a"));
        const refuse = (): EventSourceMapping => {
          throw new Error("no");
        };
        await assert.rejects(store.update(HERE, "a", refuse), /^Error: no$/);
        assert.deepEqual(await store.find(HERE, "a"), mapping("a"));
        assert.equal(await store.update(HERE, "a", (one) => ({ ...one, isEnabled: false })), true);
        assert.equal((await store.find(HERE, "a"))?.isEnabled, false);
      }));

    it("lists every mapping, more than are read at once", () =>
      withStore(open, async (store) => {
        const names = Array.from({ length: MANY }, (_, index) => `m${String(index).padStart(5, "0")}`);
        for (const uuid of names) await store.write(HERE, mapping(uuid));
        const all = await collect(store.listAll());
        assert.deepEqual(all.map(({ mapping: one }) => one.uuid).sort(), names);
      }));

    it("finds page by page what a filter over all would find, by bytes of the id", () =>
      withStore(open, (store) => {
        let run = 0;
        return fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(anyMapping(), { selector: ({ uuid }) => uuid }),
            anyQuery(),
            async (all, query) => {
              const scope = { accountId: HERE.accountId, region: `region-${run++}` };
              for (const one of all) await store.write(scope, one);
              const wanted = all.filter((one) => matches(one, query)).map(({ uuid }) => uuid);
              const found: string[] = [];
              for (;;) {
                const page = await uuids(store, { ...query, afterUuid: found.at(-1) }, scope);
                found.push(...page);
                assert.ok(page.length <= query.limit);
                if (page.length < query.limit) break;
              }
              assert.deepEqual(found, wanted.sort(byBytes));
            },
          ),
          { numRuns: RUNS },
        );
      }));
  });
}

function matches(one: EventSourceMapping, query: MappingQuery): boolean {
  return (
    (query.sourceArn === undefined || query.sourceArn === one.sourceArn) &&
    (query.functionName === undefined || query.functionName === one.functionName) &&
    (query.qualifier === undefined || query.qualifier === one.qualifier)
  );
}

/** Ids in which upper and lower case, digits and signs sort otherwise by language than by bytes. */
function anyMapping(): fc.Arbitrary<EventSourceMapping> {
  const maybe = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  return fc
    .record({
      uuid: fc.string({
        unit: fc.constantFrom("a", "B", "-", "0", "_", "z", "Z"),
        minLength: 1,
        maxLength: 4,
      }),
      sourceArn: maybe("s1", "s2"),
      functionName: fc.constantFrom("f", "g"),
      qualifier: maybe("1", "live"),
    })
    .map(({ uuid, sourceArn, functionName, qualifier }) =>
      mapping(uuid, {
        functionName,
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(qualifier === undefined ? {} : { qualifier }),
      }),
    );
}

function anyQuery(): fc.Arbitrary<MappingQuery> {
  const maybe = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  return fc.record({
    sourceArn: maybe("s1", "s2"),
    functionName: maybe("f", "g"),
    qualifier: maybe("1", "live"),
    limit: fc.integer({ min: 1, max: 4 }),
  });
}

function mapping(uuid: string, more: Partial<EventSourceMapping> = {}): EventSourceMapping {
  return {
    uuid,
    kind: "sqs",
    functionName: "hello",
    isEnabled: true,
    state: "Enabled",
    lastModifiedMs: 1_700_000_000_000,
    settings: { BatchSize: 10 },
    tags: {},
    ...more,
  };
}

async function uuids(
  store: EventSourceMappingStore,
  query: Omit<MappingQuery, "limit"> & { readonly limit?: number },
  scope: Scope = HERE,
): Promise<string[]> {
  return (await store.list(scope, { limit: 100, ...query })).map(({ uuid }) => uuid);
}
