/** What every StreamCheckpointStore must do, as tests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { CheckpointWrite, StreamCheckpoint, StreamCheckpointStore } from "../stream-checkpoint-store.ts";
import { type Open, withStore } from "./opened.ts";

const RUNS = 50;

export function streamCheckpointStoreContract(name: string, open: Open<StreamCheckpointStore>): void {
  describe(`${name}: checkpoints of streams`, () => {
    it("keeps a checkpoint with everything that is said of it", () =>
      withStore(open, async (store, { reopen }) => {
        const whole: StreamCheckpoint = {
          position: { kind: "after", sequenceNumber: "495".padEnd(56, "7") },
          lanes: [null, "1".padEnd(56, "0")],
          window: { startMs: 1_000, endMs: 61_000, state: '{"ü":"\\u0000 \ud83d\ude00"}' },
          identity: "1700000000000",
        };
        await store.commit([{ kind: "write", mappingId: "m", shardId: "shardId-0", checkpoint: whole }]);
        assert.deepEqual(await (await reopen()).list("m"), [{ shardId: "shardId-0", checkpoint: whole }]);
      }));

    it("has nothing of a mapping that it was told nothing of", () =>
      withStore(open, async (store) => {
        await store.commit([]);
        await store.commit([
          { kind: "remove", mappingId: "m", shardId: "s" },
          { kind: "removeAll", mappingId: "m" },
        ]);
        assert.deepEqual(await store.list("m"), []);
      }));

    it("keeps the order of commits that are made at the same time", () =>
      withStore(open, async (store) => {
        const commits = Array.from({ length: 30 }, (_, at) => store.commit([written("m", "s", `${at}`)]));
        await Promise.all(commits);
        assert.deepEqual(await found(store, ["m"]), { "m/s": "29" });
      }));

    it("remains what the writes leave one after the other, however they are put into commits", () =>
      withStore(open, async (store, { reopen }) => {
        const mappings = ["a", "b", "A"];
        const write = fc
          .record({
            kind: fc.constantFrom("write", "write", "write", "remove", "removeAll"),
            mappingId: fc.constantFrom(...mappings),
            shardId: fc.constantFrom("", "s1", "s2", "S1"),
            sequenceNumber: fc.nat().map(String),
          })
          .map(({ kind, mappingId, shardId, sequenceNumber }): CheckpointWrite => {
            if (kind === "write") return written(mappingId, shardId, sequenceNumber);
            return kind === "remove" ? { kind, mappingId, shardId } : { kind: "removeAll", mappingId };
          });
        const kept = new Map<string, string>();
        await fc.assert(
          fc.asyncProperty(fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 6 }), async (commits) => {
            for (const writes of commits) {
              await store.commit(writes);
              for (const each of writes) follow(kept, each);
            }
            assert.deepEqual(await found(store, mappings), Object.fromEntries([...kept].sort()));
          }),
          { numRuns: RUNS },
        );
        assert.deepEqual(await found(await reopen(), mappings), Object.fromEntries([...kept].sort()));
      }));
  });
}

function written(mappingId: string, shardId: string, sequenceNumber: string): CheckpointWrite {
  return { kind: "write", mappingId, shardId, checkpoint: { position: { kind: "after", sequenceNumber } } };
}

function follow(kept: Map<string, string>, write: CheckpointWrite): void {
  for (const key of kept.keys()) {
    const isMeant =
      write.kind === "removeAll"
        ? key.startsWith(`${write.mappingId}/`)
        : key === `${write.mappingId}/${write.shardId}`;
    if (isMeant) kept.delete(key);
  }
  if (write.kind !== "write") return;
  const { position } = write.checkpoint;
  kept.set(
    `${write.mappingId}/${write.shardId}`,
    position.kind === "after" ? position.sequenceNumber : position.kind,
  );
}

async function found(
  store: StreamCheckpointStore,
  mappings: readonly string[],
): Promise<Record<string, string>> {
  const all: [string, string][] = [];
  for (const mapping of mappings) {
    for (const { shardId, checkpoint } of await store.list(mapping)) {
      const { position } = checkpoint;
      all.push([
        `${mapping}/${shardId}`,
        position.kind === "after" ? position.sequenceNumber : position.kind,
      ]);
    }
  }
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}
