import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { EventSourceMapping, MappingState, Scope } from "../model/mod.ts";
import type { EventSourceMappingStore } from "../store/mod.ts";
import { EventSources } from "./mappings.ts";
import type { Reader } from "./reader.ts";

const SCOPE: Scope = { accountId: "000000000000", region: "us-east-1" };

function mappingOf(uuid: string, state: MappingState, kind: "sqs" | "kinesis" = "sqs"): EventSourceMapping {
  const isEnabled = !["Disabled", "Disabling"].includes(state);
  const settings = { BatchSize: 1 };
  return { uuid, kind, functionName: "f", isEnabled, state, lastModifiedMs: 0, settings, tags: {} };
}

/** Its last batch ends when the test says so. */
class FakeReader implements Reader {
  readonly lastResult = "OK";
  readonly changes: EventSourceMapping[] = [];
  readonly lastBatch = Promise.withResolvers<void>();
  stops = 0;

  reconfigure(mapping: EventSourceMapping): void {
    this.changes.push(mapping);
  }

  stop(): Promise<void> {
    this.stops++;
    return this.lastBatch.promise;
  }
}

describe("the mappings of a server", () => {
  let stored: EventSourceMapping[];
  let readers: Map<string, FakeReader>;
  let faults: unknown[];
  let sources: EventSources;
  let forgotten: string[];
  beforeEach(() => {
    forgotten = [];
    stored = [];
    readers = new Map();
    faults = [];
    const listAll: EventSourceMappingStore["listAll"] = async function* () {
      for (const mapping of stored) yield { scope: SCOPE, mapping };
    };
    sources = new EventSources({
      mappings: { listAll } as EventSourceMappingStore,
      sources: {
        sqs: {
          check: async () => {},
          start: (_scope, { uuid }) => {
            if (uuid === "broken") throw new Error("cannot be read");
            const reader = new FakeReader();
            readers.set(uuid, reader);
            return reader;
          },
        },
      },
      checkpoints: {
        removeAll: async (uuid) => {
          forgotten.push(uuid);
        },
      },
      reportFault: (error) => faults.push(error),
    });
  });

  const apply = (uuid: string, state: MappingState) => sources.apply(SCOPE, mappingOf(uuid, state));

  it("are read from the start when they are enabled, and one that cannot be read stops no other", async () => {
    stored.push(
      mappingOf("off", "Disabled"),
      mappingOf("broken", "Enabled"),
      mappingOf("stream", "Enabled", "kinesis"),
      mappingOf("on", "Enabled"),
    );
    await sources.resume();
    assert.deepEqual([...readers.keys()], ["on"]);
    assert.equal(faults.length, 1);
    assert.equal(sources.lastResult("on"), "OK");
    assert.equal(sources.lastResult("off"), undefined);
  });

  it("have one reader each, which is told of changes", async () => {
    assert.equal(await apply("a", "Creating"), true);
    const reader = readers.get("a");
    assert.equal(await apply("a", "Updating"), true);
    assert.equal(readers.get("a"), reader);
    assert.deepEqual(
      reader?.changes.map(({ state }) => state),
      ["Updating"],
    );
  });

  it("are disabled or gone when the last batch has ended, and have a new reader afterwards", async () => {
    for (const state of ["Disabling", "Deleting"] as const) {
      await apply(state, "Creating");
      const reader = readers.get(state);
      let isSettled = false;
      const settled = apply(state, state).then((answer) => {
        isSettled = true;
        return answer;
      });
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isSettled, false);
      reader?.lastBatch.resolve();
      assert.equal(await settled, true);
      await apply(state, "Enabling");
      assert.notEqual(readers.get(state), reader);
    }
    assert.deepEqual(forgotten, ["Deleting"], "what is known of its stream goes with a mapping");
  });

  it("keep their passing state when the server stops before the last batch has ended", async () => {
    await apply("a", "Creating");
    const disabling = apply("a", "Disabling");
    const stopped = sources.stop();
    assert.equal(await disabling, false);
    assert.equal(await apply("b", "Creating"), false);
    assert.equal(readers.has("b"), false);
    readers.get("a")?.lastBatch.resolve();
    await stopped;
  });
});
